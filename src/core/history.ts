// What the commands that read history have in common: references to its places, limits, and asking the log.
// https://ircv3.net/specs/extensions/chathistory.html

import { parseMsgid } from "../protocol/msgid.ts"
import { parseServerTime } from "../protocol/server-time.ts"
import type { Answer, UserContext } from "./command.ts"
import type { Network } from "./network.ts"
import type { PageQuery, Query, Reference, Row } from "./seams.ts"

type Unreadable = "INVALID_PARAMS" | "INVALID_MSGREFTYPE"

/** The place that `msgid=ID` or `timestamp=TIME` means, or the code by which it is refused. */
export function referenceOf(net: Network, text: string): Reference | Unreadable {
  const [kind, value] = text.split("=", 2)
  if (value === undefined) return "INVALID_PARAMS"
  if (kind === "timestamp") {
    const at = parseServerTime(value)
    return at === undefined ? "INVALID_PARAMS" : { kind: "at", at }
  }
  if (kind !== "msgid") return "INVALID_MSGREFTYPE"
  const place = parseMsgid(value)
  // An id of another run at that place was never given out here.
  const isOurs = place !== undefined && net.epochOf(place.seq) === place.epoch
  return isOurs ? { kind: "seq", seq: place.seq } : "INVALID_PARAMS"
}

/** Undefined where it is no number above zero; at most a page. */
export function limitOf(text: string, { settings }: Network): number | undefined {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return limit === 0 ? undefined : Math.min(limit, settings.limits.historyPage)
}

/** A part of what is asked for, with bounds that do not belong to it. */
export type Part = Pick<PageQuery, "after" | "before" | "keep" | "limit">

// Of the stretch from one place to another and the one back, one is empty: "This may be forwards or backwards in time." Which it is,
// the log alone knows of an id and a time.
export function between(limit: number, first?: Reference, second?: Reference): readonly Part[] {
  const forwards: Part = { after: first, before: second, keep: "oldest", limit }
  const backwards: Part = { after: second, before: first, keep: "newest", limit }
  if (first?.kind === "at" && second?.kind === "at") return [first.at < second.at ? forwards : backwards]
  if (first?.kind === "seq" && second?.kind === "seq") return [first.seq < second.seq ? forwards : backwards]
  return [forwards, backwards]
}

/** Reads one after another until there are `limit` rows; `then` gets nothing when they cannot be read. */
export function read(
  context: Pick<UserContext, "ask" | "erasures">,
  queries: readonly Exclude<Query, { kind: "place" }>[],
  limit: number,
  then: (rows: readonly Row[] | undefined, cutAt?: number) => Answer,
  before: readonly Row[] = [],
) {
  const [query, ...rest] = queries
  if (!query) return
  context.ask({ type: "read", query }, (result) => {
    if (result.type !== "rows") return then(undefined)
    const rows = [...before, ...result.rows]
    const left = limit - rows.length
    if (rest.length === 0 || left <= 0)
      return then(
        rows.filter((row) => !context.erasures.has(row)),
        result.cutAt,
      )
    const others = rest.map((one) => ({ ...one, limit: Math.min(one.limit, left) }))
    return read(context, others, limit, then, rows)
  })
}
