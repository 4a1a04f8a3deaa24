// What each query means, said by plain filters over all rows: what an index finds must be what these find.

import type {
  Conversation,
  ConversationsQuery,
  Erasure,
  Query,
  Reference,
  Row,
  SearchQuery,
} from "../core/seams.ts"
import { fold } from "./folding.ts"

/** The rows that `query` asks for, in ascending order. */
export function found(rows: readonly Row[], query: Query): Row[] {
  if (query.kind === "place") return rows.filter((row) => row.seq === query.seq && !isErased(row))
  const { after, before, keep, limit, types } = query
  const within = (row: Row) =>
    (after === undefined || compare(row, after) > 0) && (before === undefined || compare(row, before) < 0)
  const wanted = rows.filter((row) => types.includes(row.type) && !isErased(row))
  const those = chosen(wanted, query).filter(within)
  return keep === "oldest" ? those.slice(0, limit) : those.slice(Math.max(0, those.length - limit))
}

/** The rows without the text that goes for good; they say so of themselves. */
export function erased(rows: readonly Row[], erasure: Erasure): Row[] {
  const goes = (row: Row) => ("seq" in erasure ? row.seq === erasure.seq : isOneOf(row, erasure))
  return rows.map((row) => (goes(row) ? { ...row, text: null, body: erasedBody(row.body) } : row))
}

/** What stays of a row's body: who and where, not the tags that came with the text, nor how long its lines were. */
export function erasedBody(body: string): string {
  const { tags: _, cuts: __, ...rest } = JSON.parse(body) as { tags?: unknown; cuts?: unknown }
  return JSON.stringify({ ...rest, erased: true })
}

function isErased(row: Row): boolean {
  return row.text === null && (JSON.parse(row.body) as { erased?: true }).erased === true
}

function isOneOf(row: Row, { accountId, types }: Exclude<Erasure, { seq: number }>): boolean {
  return row.accountId === accountId && types.includes(row.type)
}

function chosen(rows: readonly Row[], query: Exclude<Query, { kind: "place" }>): Row[] {
  if (query.kind === "page") return rows.filter((row) => belongs(row, query.of))
  const own = rows.filter((row) => isOf(row, query))
  if (query.kind === "conversations") {
    const newest = new Map(own.map((row) => [conversationOf(row, query.accountId), row]))
    return own.filter((row) => newest.get(conversationOf(row, query.accountId)) === row)
  }
  return own.filter(sought(query))
}

/** Whether a row of the conversations that a search is about is one that it looks for. */
export function sought(query: SearchQuery): (row: Row) => boolean {
  const { words, author, hasLink, accountId, peerId } = query
  const folded = words.map(fold)
  const nick = author && "nick" in author ? fold(author.nick) : undefined
  return (row) => {
    if (row.text === null || isTooEarly(row, query)) return false
    if (peerId !== undefined && row.channelId === null && peerOf(row, accountId) !== peerId) return false
    if (author && "accountId" in author && row.accountId !== author.accountId) return false
    if (hasLink && !LINK.test(row.text)) return false
    const text = fold(row.text)
    return folded.every((word) => text.includes(word)) && (nick === undefined || nickOf(row) === nick)
  }
}

const LINK = /https?:\/\//i

/** Whether a row is of that conversation. */
export function belongs(row: Row, of: Conversation): boolean {
  if ("channelId" in of) return row.channelId === of.channelId || channelIdsOf(row).includes(of.channelId)
  const [one, other] = of.accountIds
  if (row.channelId !== null) return false
  return (row.accountId === one && row.peerId === other) || (row.accountId === other && row.peerId === one)
}

function isOf(row: Row, query: ConversationsQuery | SearchQuery): boolean {
  const { accountId, channelIds } = query
  if (row.channelId !== null) return channelIds.includes(row.channelId) && !isTooEarly(row, query)
  if (accountId === null || row.accountId === null || row.peerId === null) return false
  return row.accountId === accountId || row.peerId === accountId
}

/** Whether a row of a channel lies before what may be read of it. */
export function isTooEarly(
  { channelId, seq }: Row,
  { channelsAfter }: ConversationsQuery | SearchQuery,
): boolean {
  return channelId !== null && seq <= (channelsAfter?.[channelId] ?? 0)
}

/** Names the conversation of a message, as one account sees it. */
export function conversationOf(row: Row, accountId: number | null): string {
  if (row.channelId !== null) return `channel ${row.channelId}`
  return `account ${peerOf(row, accountId)}`
}

/** With whom a direct message of an account is. */
function peerOf({ accountId: author, peerId }: Row, accountId: number | null): number | null {
  return author === accountId ? peerId : author
}

function compare(row: Row, reference: Reference): number {
  return reference.kind === "seq" ? row.seq - reference.seq : row.at - reference.at
}

/** The channels that a row without one of its own belongs to. */
export function channelIdsOf({ channelId, body }: Row): readonly number[] {
  if (channelId !== null || !body.includes('"channelIds"')) return []
  return (JSON.parse(body) as { channelIds?: number[] }).channelIds ?? []
}

/** The channel of which only some heard a row, in whose history it is not. */
export function asideOf({ channelId, body }: Row): number | null {
  if (channelId !== null || !body.includes('"status"')) return null
  return (JSON.parse(body) as { status?: { id?: number } }).status?.id ?? null
}

/** The folded nick that a row's author had. */
export function nickOf(row: Row): string {
  const { source = "" } = JSON.parse(row.body) as { source?: string }
  return fold(source.split("!", 1)[0] ?? "")
}
