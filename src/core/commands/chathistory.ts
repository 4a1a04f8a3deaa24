// CHATHISTORY: https://ircv3.net/specs/extensions/chathistory.html. History is the log, read through an index.

import { parseMsgid } from "../../protocol/msgid.ts"
import { FAIL } from "../../protocol/reply.ts"
import { parseServerTime } from "../../protocol/server-time.ts"
import type { Channel } from "../channel.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { contentOf, messageOf } from "./message.ts"
import type { PageQuery, Reference, Row } from "../seams.ts"

export const CHATHISTORY = command({
  name: "CHATHISTORY",
  syntax: "<LATEST|AFTER> <channel> <*|msgid=ID|timestamp=TIME> <limit>",
  help: "Reads what was said in a channel you are in.",
  specification: "https://ircv3.net/specs/extensions/chathistory.html",
  run(context, subcommand: string, target: string, selector: string, count: string) {
    const { net, user, ask, newBatch } = context
    const verb = subcommand.toUpperCase()
    if (verb !== "LATEST" && verb !== "AFTER") {
      return fail("INVALID_PARAMS", [subcommand], "Only LATEST and AFTER are offered")
    }
    const channel = net.channel(target)
    // Who is not in it learns no more of it than of one that is not there.
    if (!channel?.members.has(user))
      return fail("INVALID_TARGET", [verb, target], "Messages could not be retrieved")
    const reference = referenceOf(net, selector, verb)
    const limit = limitOf(count, context)
    if (reference === undefined)
      return fail("INVALID_PARAMS", [verb, selector], "That is no place in the history")
    if (limit === undefined) return fail("INVALID_PARAMS", [verb, count], "The limit is a number above zero")
    const query: PageQuery = {
      kind: "page",
      of: { channelId: channel.id },
      after: reference === "*" ? undefined : reference,
      keep: verb === "LATEST" ? "newest" : "oldest",
      limit,
      types: ["messageSent"],
    }
    ask({ type: "read", query }, (result): Answer => {
      // What was said after somebody was removed is not theirs to read, however long the page took.
      if (!channel.members.has(user))
        return fail("INVALID_TARGET", [verb, target], "Messages could not be retrieved")
      if (result.type !== "rows")
        return fail("MESSAGE_ERROR", [verb, target], "Messages could not be retrieved")
      return page(net, channel, result.rows, newBatch)
    })
  },
})

function fail(code: string, context: readonly string[], text: string) {
  return FAIL("CHATHISTORY", code, context, text)
}

function limitOf(text: string, { net }: UserContext): number | undefined {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return limit === 0 ? undefined : Math.min(limit, net.settings.limits.historyPage)
}

function referenceOf(net: Network, selector: string, verb: "LATEST" | "AFTER"): Reference | "*" | undefined {
  if (selector === "*") return verb === "LATEST" ? "*" : undefined
  const [kind, value = ""] = selector.split("=", 2)
  if (kind === "timestamp") {
    const at = parseServerTime(value)
    return at === undefined ? undefined : { kind: "at", at }
  }
  const place = kind === "msgid" ? parseMsgid(value) : undefined
  // An id of another run at that place was never given out here.
  return place && net.epochOf(place.seq) === place.epoch ? { kind: "seq", seq: place.seq } : undefined
}

function page(net: Network, channel: Channel, rows: readonly Row[], newBatch: () => string): Content[] {
  const batch = newBatch()
  const heard = rows.map((row) => contentOf(messageOf(row, net), channel.name, newBatch))
  return [
    { command: "BATCH", params: [`+${batch}`, "chathistory", channel.name] },
    ...heard.map((content) => ({ ...content, batch })),
    { command: "BATCH", params: [`-${batch}`] },
  ]
}
