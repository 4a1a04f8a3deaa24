// Numerics as sentences, for those that people ask for: https://modern.ircdocs.horse/#numerics. Any other is shown with
// its parameters as it came.

import { printable } from "../protocol/printable.ts"
import { duration } from "./clock.ts"
import { noteWords } from "./notes.ts"

interface Answer {
  readonly code: string
  readonly params: readonly string[]
  readonly text: string
}

type Sentence = (params: readonly string[], text: string) => string | undefined

const SENTENCES: Readonly<Record<string, Sentence>> = {
  "301": ([nick = ""], text) => (text === "*" ? `${nick} is away` : `${nick} is away: ${text}`),
  "303": () => undefined,
  "311": ([nick = "", user = "", host = ""], text) => `${nick} is ${user}@${host} (${text})`,
  "312": ([nick = "", server = ""], text) => `${nick} is on ${server} (${text})`,
  "317": ([nick = "", idle = "0"]) => `${nick} has been silent for ${duration(Number(idle) * 1000)}`,
  "318": () => undefined,
  "319": ([nick = ""], text) => `${nick} is in ${text}`,
  "321": () => undefined,
  "322": ([channel = "", count = ""], topic) => `${channel} (${count})${topic === "" ? "" : ` ${topic}`}`,
  "323": () => undefined,
  "330": ([nick = "", account = ""]) => `${nick} is logged in as ${account}`,
  "331": ([channel = ""]) => `${channel} has no topic`,
  "338": ([nick = "", ...where]) => `${nick} connects from ${where.at(-1)}`,
  "341": ([nick = "", channel = ""]) => `${nick} was invited to ${channel}`,
  "353": ([channel = ""], names) => `${channel}: ${names}`,
  "366": () => undefined,
  "375": () => undefined,
  "376": () => undefined,
  "422": () => undefined,
  "315": () => undefined,
  "368": () => undefined,
}

/** Undefined for what only ends or begins a list. */
export function answerWords({ code, params, text }: Answer): string | undefined {
  const noted = code === "NOTE" ? noteWords(params, text) : undefined
  if (noted !== undefined) return printable(noted)
  const sentence = SENTENCES[code]
  if (sentence) {
    const words = sentence(params, text)
    return words === undefined ? undefined : printable(words)
  }
  return printable([...params.filter((param) => param !== "*"), text].join(" "))
}
