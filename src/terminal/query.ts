// What a person types after /search, as the attributes of SEARCH:
// https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md

import { serverTime } from "../protocol/server-time.ts"
import { parseWhen, WHEN } from "./when.ts"

/** `from:` and its like; a time is one that `parseWhen` reads. */
const NAMES: ReadonlySet<string> = new Set(["from", "in", "after", "before", "has", "limit"])

export type Attribute = readonly [name: string, value: string]

/** `red tea from:bob after:yesterday`, as attributes; a string says what is wrong. */
export function parseQuery(text: string, now: number): Attribute[] | string {
  const attributes: Attribute[] = []
  const words: string[] = []
  for (const word of unquoted(text)
    .split(/\s+/)
    .filter((each) => each !== "")) {
    const [, named = "", value = ""] = /^([a-z]+):(.*)$/i.exec(word) ?? []
    const name = named.toLowerCase()
    if (!NAMES.has(name)) words.push(word)
    else {
      const attribute = attributeOf(name, value, now)
      if (typeof attribute === "string") return attribute
      attributes.push(attribute)
    }
  }
  if (words.length > 0) attributes.unshift(["text", words.join(" ")])
  return attributes.length > 0 ? attributes : "look for what?"
}

/** Quotes around words are how people ask for them; a server looks for what stands there, and each word by itself. */
export function unquoted(text: string): string {
  return text.replace(/(^|\s)["“]([^"“”]+)["”](?=\s|$)/g, "$1$2")
}

export function attributeOf(name: string, value: string, now: number): Attribute | string {
  if (value === "") return `what stands after ${name}: has no space before it`
  if (name === "has" && value !== "link") return `only has:link is known, not has:${value}`
  if (name === "limit" && !/^[1-9]\d{0,5}$/.test(value)) return `${value} is no number of messages`
  if (name !== "after" && name !== "before") return [name, value]
  const at = parseWhen(value, now)
  if (at === undefined) return `${value} is no time: write ${WHEN}`
  return [name, serverTime(at)]
}
