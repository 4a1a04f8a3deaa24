// Commands about messages that were said already: the ones that mean one of them, and the ones that find them again.

import type { Spoken } from "../client/happening.ts"
import { printable } from "../protocol/printable.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Command, Desk } from "./commands.ts"
import { parseQuery } from "./query.ts"
import { parseWhen, WHEN } from "./when.ts"

/** Messages of one /history. */
const PAGE = 20

export const MESSAGE_COMMANDS: Readonly<Record<string, Command>> = {
  reply: {
    syntax: "[N|NICK|last TEXT]",
    help: "answer a message: the Nth of the list, or the last one of NICK; alone: the list",
    offline: true,
    run(desk, rest) {
      const meant = meantBy(desk, "reply", rest)
      if (!meant) return
      if (meant.rest === "") return false
      desk.session.reply(meant.spoken.target, meant.id, meant.rest)
    },
  },
  react: {
    syntax: "[N|NICK|last EMOJI]",
    help: "react to a message; alone: the list",
    run(desk, rest) {
      const meant = meantBy(desk, "react", rest)
      if (!meant) return
      if (meant.rest === "") return false
      if (lacks(desk, "message-tags", "this server knows no reactions")) return
      desk.session.react(meant.spoken.target, meant.id, meant.rest)
    },
  },
  redact: {
    syntax: "[N|NICK|last [REASON]]",
    help: "take a message back, for everybody; last is your own last one; alone: the list",
    run(desk, rest) {
      const meant = meantBy(desk, "redact", rest)
      if (!meant) return
      if (lacks(desk, "draft/message-redaction", "this server cannot take messages back")) return
      desk.session.command("REDACT", [meant.spoken.target, meant.id], meant.rest || undefined)
    },
  },
  history: {
    syntax: "[N] [CHANNEL|NICK] [before|after TIME]",
    help: "read back, and again: further back; TIME as 2026-11-20, 14:02, yesterday, 3h",
    run(desk, rest) {
      const words = rest.split(" ").filter((word) => word !== "")
      const bound = takeBound(words)
      if (typeof bound === "string") return desk.note(printable(`${bound} is no time: write ${WHEN}`))
      const count = takeCount(words)
      const [named, ...more] = words
      const target = named === undefined ? desk.target : (desk.known(named) ?? named)
      if (bound === null || more.length > 0 || target === undefined) return false
      // A nick does not begin so.
      if (/^-?\d/.test(target)) return desk.note(printable(`${target} is no number of messages`))
      if (lacks(desk, "draft/chathistory", "this server keeps no history")) return
      desk.session.history([...placeOf(desk, target, bound), String(count)])
    },
  },
  search: {
    syntax: "WORDS [from:NICK] [in:CHANNEL] [after:TIME] [before:TIME] [has:link] [limit:N]",
    help: "find messages in your channels and talks",
    run(desk, rest) {
      const query = parseQuery(rest, Date.now())
      if (typeof query === "string") return desk.note(printable(query))
      if (lacks(desk, "soju.im/search", "this server cannot search")) return
      desk.session.search(
        query.map(([name, value]) => [name, name === "in" ? (desk.known(value) ?? value) : value]),
      )
    },
  },
}

interface Meant {
  readonly spoken: Spoken
  readonly id: string
  readonly rest: string
}

/** The message that the first word means; undefined where the list was shown instead, or a word why not. */
function meantBy(desk: Desk, name: "reply" | "react" | "redact", rest: string): Meant | undefined {
  const [, word = "", after = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? []
  if (word === "") {
    desk.list(desk.target === undefined ? [] : desk.recent.latest(desk.target))
    return undefined
  }
  // One takes back what one said, and answers what others did.
  const isOwn = name === "redact"
  if (isOwn && (word === "last" || desk.session.view.isOwn(word)) && isOnItsWay(desk)) {
    desk.note("what you said last is not confirmed by the server yet: nothing was taken back")
    return undefined
  }
  const spoken = desk.recent.pick(word, desk.target, ({ own }) => own === isOwn)
  if (spoken?.id === undefined) {
    const whose = word !== "last" ? `of ${word}` : isOwn ? "of yours" : "of somebody else"
    const which = /^\d+$/.test(word) ? word : whose
    desk.note(printable(`there is no message ${which} here; /${name} alone lists them`))
    return undefined
  }
  return { spoken, id: spoken.id, rest: after.trim() }
}

/** It has no id yet, and the one before it is not meant. */
function isOnItsWay({ session, target }: Desk): boolean {
  return session.unconfirmed().some((one) => target !== undefined && session.view.same(one.target, target))
}

function lacks({ session, note }: Desk, capability: string, words: string): boolean {
  if (session.view.capabilities.has(capability)) return false
  note(words)
  return true
}

function takeCount(words: string[]): number {
  const at = words.findIndex((word) => /^[1-9]\d{0,5}$/.test(word))
  return at < 0 ? PAGE : Number(words.splice(at, 1)[0])
}

type Bound = { readonly verb: "BEFORE" | "AFTER"; readonly at: number }

/** A string is what was no time; null when nothing stood there. */
function takeBound(words: string[]): Bound | string | null | undefined {
  const at = words.findIndex((word) => word === "before" || word === "after")
  if (at < 0) return undefined
  const [verb, time] = words.splice(at, 2)
  if (time === undefined) return null
  const parsed = parseWhen(time, Date.now())
  return parsed === undefined ? time : { verb: verb === "after" ? "AFTER" : "BEFORE", at: parsed }
}

/** Verb, target and place; without a time the page before the oldest message that was shown. */
function placeOf({ recent }: Desk, target: string, bound: Bound | undefined): string[] {
  if (bound) return [bound.verb, target, `timestamp=${serverTime(bound.at)}`]
  const oldest = recent.oldest(target)
  if (!oldest) return ["LATEST", target, "*"]
  const place = oldest.id === undefined ? `timestamp=${serverTime(oldest.at)}` : `msgid=${oldest.id}`
  return ["BEFORE", target, place]
}
