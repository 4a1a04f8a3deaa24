// SEARCH: https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md. What is found is read as in CHATHISTORY, by who may
// read it there. `has=link` is an attribute of our own.

import { parseTags, type Tags } from "../../protocol/message.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { parseServerTime, serverTime } from "../../protocol/server-time.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { beginnings, mayRead, readable } from "../entitlement.ts"
import { limitOf, read } from "../history.ts"
import type { Network } from "../network.ts"
import { batched, MESSAGES, played } from "../playback.ts"
import type { SearchQuery } from "../seams.ts"
import { correspondentId, type User } from "../user.ts"

export const SEARCH = command({
  name: "SEARCH",
  syntax: "<attributes>",
  help: "Finds messages in your channels and in what was said between others and you. Attributes, written as tags: text (every word of it), in (a channel or nick), from (a nick), after and before (times), has=link, limit.",
  specification: "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md",
  run(context, text: string): Answer {
    const { net, user, newBatch } = context
    const query = queryOf(context, parseTags(text))
    if ("command" in query) return query
    read(context, [query], query.limit, (rows, cutAt) => {
      if (!rows) return FAIL("SEARCH", "INTERNAL_ERROR", [], "The search could not be run")
      const names = new Map([...user.channels.keys()].map(({ id, name }) => [id as number, name]))
      const batch = newBatch()
      const mine = rows.filter((row) => mayRead(net, user, row))
      const lines = mine.flatMap((row) => played(context, row, names.get(row.channelId ?? 0)))
      return batched([...incomplete(cutAt), ...lines], batch, "soju.im/search")
    })
  },
})

/** Said within the batch, which alone a label may answer with: https://ircv3.net/specs/extensions/standard-replies.html */
function incomplete(cutAt: number | undefined): Reply[] {
  if (cutAt === undefined) return []
  const text = "There was no time to look further than this"
  return [NOTE("SEARCH", "INCOMPLETE", [serverTime(cutAt)], text)]
}

/** What is asked for, or what cannot be. */
function queryOf({ net, user }: UserContext, attributes: Tags): SearchQuery | Reply {
  let query: SearchQuery = {
    kind: "search",
    types: MESSAGES,
    words: [],
    accountId: correspondentId(user),
    channelIds: [...user.channels.keys()].map(({ id }) => id),
    channelsAfter: beginnings(net, user),
    keep: "newest",
    limit: net.settings.limits.historyPage,
  }
  for (const [name, value] of attributes) {
    const more = ATTRIBUTES.get(name)?.(value, net, user)
    if (!more) return FAIL("SEARCH", "INVALID_PARAMS", [name], "Nothing can be searched by that")
    query = { ...query, ...more }
  }
  // "If after is specified, messages SHOULD be searched from that time."
  return query.after ? { ...query, keep: "oldest" } : query
}

type Attribute = (value: string, net: Network, user: User) => Partial<SearchQuery> | undefined

const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ["text", (value) => ({ words: value.split(/\s+/).filter((word) => word !== "") })],
  ["in", within],
  ["from", (value, net) => ({ author: authorOf(net, value) })],
  // "at or after this time", "at or before this time"
  ["after", (value) => bound("after", parseServerTime(value), -1)],
  ["before", (value) => bound("before", parseServerTime(value), 1)],
  ["has", (value) => (value === "link" ? { hasLink: true } : undefined)],
  ["limit", (value, net) => limited(limitOf(value, net))],
])

function within(target: string, net: Network, user: User): Partial<SearchQuery> | undefined {
  const found = readable(net, user, target)
  if (!found) return undefined
  return found.channel ? { accountId: null, channelIds: [found.id] } : { channelIds: [], peerId: found.id }
}

/** A person, by whatever nick; without an account, whoever had that nick. */
function authorOf(net: Network, nick: string): SearchQuery["author"] {
  const account = net.user(nick)?.account ?? net.account(nick)
  return account ? { accountId: account.id } : { nick }
}

function bound(
  name: "after" | "before",
  at: number | undefined,
  more: number,
): Partial<SearchQuery> | undefined {
  return at === undefined ? undefined : { [name]: { kind: "at", at: at + more } }
}

function limited(limit: number | undefined): Partial<SearchQuery> | undefined {
  return limit === undefined ? undefined : { limit }
}
