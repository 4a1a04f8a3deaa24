// CHATHISTORY: https://ircv3.net/specs/extensions/chathistory.html. History is the log, read through an index. As with Ergo it may
// be asked for without the capability, which tells only that a client knows it. Against too much of it stand the limit of a page,
// one page at a time for a session, and what slows every line.

import { FAIL, type Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { beginnings, mayRead, nameOf, notBefore, readable } from "../entitlement.ts"
import { between, limitOf, read, referenceOf, type Part } from "../history.ts"
import type { Content } from "../narrow.ts"
import { batched, MESSAGES, played, typesFor } from "../playback.ts"
import type { Reference } from "../seams.ts"
import { correspondentId } from "../user.ts"

export const CHATHISTORY = command({
  name: "CHATHISTORY",
  syntax: "<subcommand> <target> <reference> [<reference>] <limit>",
  help: "Reads what was said in a channel you are in, or between somebody and you: LATEST (of a reference, or *), BEFORE, AFTER and AROUND a reference, BETWEEN two; each is msgid=ID or timestamp=TIME. TARGETS <timestamp> <timestamp> <limit> lists where the latest was said between two times.",
  specification: "https://ircv3.net/specs/extensions/chathistory.html",
  run(context, given: string, ...params: string[]): Answer {
    const verb = given.toUpperCase()
    if (verb === "TARGETS") return targets(context, params)
    const subcommand = SUBCOMMANDS.get(verb)
    if (!subcommand) return fail("INVALID_PARAMS", [given], "There is no such subcommand")
    return page(context, verb, params, subcommand)
  },
})

interface Subcommand {
  readonly references: 1 | 2
  parts(limit: number, first?: Reference, second?: Reference): readonly Part[]
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["LATEST", { references: 1, parts: (limit, after) => [{ after, keep: "newest", limit }] }],
  ["BEFORE", { references: 1, parts: (limit, before) => [{ before, keep: "newest", limit }] }],
  ["AFTER", { references: 1, parts: (limit, after) => [{ after, keep: "oldest", limit }] }],
  ["AROUND", { references: 1, parts: around }],
  ["BETWEEN", { references: 2, parts: between }],
])

function around(limit: number, middle?: Reference): readonly Part[] {
  const half = Math.floor(limit / 2)
  const from: Part = { after: middle && justBefore(middle), keep: "oldest", limit }
  return half === 0 ? [from] : [{ before: middle, keep: "newest", limit: half }, from]
}

function justBefore(reference: Reference): Reference {
  return reference.kind === "seq"
    ? { kind: "seq", seq: reference.seq - 1 }
    : { kind: "at", at: reference.at - 1 }
}

function page(
  context: UserContext,
  verb: string,
  [target = "", ...params]: readonly string[],
  { references: count, parts }: Subcommand,
): Answer {
  const { net, user, session, newBatch } = context
  const cannot = (code: string) => fail(code, [verb, target], "Messages could not be retrieved")
  const found = readable(net, user, target)
  if (!found) return cannot("INVALID_TARGET")
  const given = readGiven(context, verb, params, count)
  if ("command" in given) return given
  const queries = parts(given.limit, ...given.references).map((part) => ({
    ...part,
    kind: "page" as const,
    of: found.of,
    types: typesFor(session),
    after: notBefore(net, user, found, part.after),
  }))
  read(context, queries, given.limit, (rows) => {
    // What was said after somebody was removed is not theirs to read, however long the page took.
    if (found.channel && !user.channels.has(found.channel)) return cannot("INVALID_TARGET")
    if (!rows) return cannot("MESSAGE_ERROR")
    const batch = newBatch()
    const mine = rows.filter((row) => mayRead(net, user, row, found.channel?.id))
    const lines = mine.flatMap((row) => played(context, row, found.channel?.name))
    // The canonical name of a channel; irctest wants a nick back as it was given.
    return batched(lines, batch, "chathistory", found.channel?.name ?? target)
  })
}

/** References and limit, or what is wrong with them. */
function readGiven(
  { net }: UserContext,
  verb: string,
  params: readonly string[],
  count: number,
): { references: Reference[]; limit: number } | Reply {
  if (params.length <= count) return fail("INVALID_PARAMS", [verb], "Insufficient parameters")
  if (params.length > count + 1) return fail("INVALID_PARAMS", [verb], "Too many parameters")
  const references: Reference[] = []
  for (const text of params.slice(0, count)) {
    if (verb === "LATEST" && text === "*") continue
    const reference = referenceOf(net, text)
    if (typeof reference === "string" || (verb === "TARGETS" && reference.kind !== "at")) {
      const code = typeof reference === "string" ? reference : "INVALID_MSGREFTYPE"
      return fail(code, [verb, text], "That is no place in the history")
    }
    references.push(reference)
  }
  const limit = limitOf(params[count] ?? "", net)
  return limit === undefined
    ? fail("INVALID_PARAMS", [verb, params[count] ?? "*"], "The limit is a number above zero")
    : { references, limit }
}

function targets(context: UserContext, params: readonly string[]): Answer {
  const { net, user, newBatch } = context
  const given = readGiven(context, "TARGETS", params, 2)
  if ("command" in given) return given
  const channels = new Map([...user.channels.keys()].map((channel) => [channel.id as number, channel]))
  const queries = between(given.limit, ...given.references).map((part) => ({
    ...part,
    kind: "conversations" as const,
    types: MESSAGES,
    accountId: correspondentId(user),
    channelIds: [...channels.keys()],
    channelsAfter: beginnings(net, user),
  }))
  read(context, queries, given.limit, (rows) => {
    if (!rows) return fail("MESSAGE_ERROR", ["TARGETS"], "Targets could not be retrieved")
    const lines = rows
      .filter((row) => mayRead(net, user, row))
      .flatMap(({ channelId, accountId, peerId, at }): Content[] => {
        const other = accountId === correspondentId(user) ? peerId : accountId
        const name = channelId === null ? nameOf(net, other ?? 0) : channels.get(channelId)?.name
        return name ? [{ command: "CHATHISTORY", params: ["TARGETS", name, serverTime(at)] }] : []
      })
    return batched(lines, newBatch(), "draft/chathistory-targets")
  })
}

function fail(code: string, context: readonly string[], text: string): Reply {
  return FAIL("CHATHISTORY", code, context, text)
}
