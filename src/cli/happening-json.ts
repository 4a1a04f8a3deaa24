// Happenings as objects for programs: `tail`, `search` and `history` with --json. Every object has "v":1 and a "type".

import type { Happening, Spoken } from "../client/happening.ts"
import { inertJson } from "../protocol/printable.ts"
import { serverTime } from "../protocol/server-time.ts"

type Fields = Readonly<Record<string, unknown>>

export function writeObject(object: Fields) {
  process.stdout.write(`${inertJson({ v: 1, ...object })}\n`)
}

/** What programs are told of it: nothing, an object, or one for each channel. */
export function objectsOf(happening: Happening, server: string): Fields[] {
  if ("past" in happening) return [spokenObject(happening, server)]
  if (!("at" in happening)) return []
  const time = serverTime(happening.at)
  const history = "fetched" in happening && happening.fetched === true ? { history: true } : {}
  switch (happening.type) {
    case "join": {
      const { type, target, from, account } = happening
      return [{ type, time, server, target, from, account, ...history }]
    }
    case "part": {
      const { type, target, from, reason } = happening
      return [{ type, time, server, target, from, reason, ...history }]
    }
    case "quit": {
      const { from, reason } = happening
      return happening.targets.map((target) => ({
        type: "part",
        time,
        server,
        target,
        from,
        reason,
        ...history,
      }))
    }
    case "reaction": {
      const { type, target, from, account, of, text, removed } = happening
      return [{ type, time, server, target, from, account, reply_to: of, text, removed, ...history }]
    }
    case "redacted": {
      const { type, target, from, of, reason } = happening
      return [{ type, time, server, target, from, id: of, reason, ...history }]
    }
    case "gap": {
      const { type, target, fetched, complete } = happening
      return [{ type, time, server, target, fetched, complete }]
    }
    default:
      return []
  }
}

/** Tags that have a field of their own, or mean something to one connection only. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "time",
  "msgid",
  "account",
  "label",
  "batch",
  "+reply",
  "+draft/reply",
])

function spokenObject(spoken: Spoken, server: string): Fields {
  const { type, id, at, target, from, account, text, replyTo, past } = spoken
  const tags = Object.fromEntries([...spoken.tags].filter(([tag]) => !OWN_FIELDS.has(tag)))
  const history = past ? { history: true } : {}
  const time = serverTime(at)
  return { type, id, time, server, target, from, account, text, reply_to: replyTo, ...history, tags }
}
