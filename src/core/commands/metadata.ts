// METADATA: https://ircv3.net/specs/extensions/metadata.html

import { METADATA as METADATA_CAPABILITY } from "../../protocol/capabilities.ts"
import { METADATA_KEY_BYTES_MAX } from "../../protocol/limits.ts"
import { byteLength } from "../../protocol/names.ts"
import {
  ERR_NEEDMOREPARAMS,
  ERR_NOTREGISTERED,
  RPL_METADATASUBOK,
  RPL_METADATASUBS,
  RPL_METADATASYNCLATER,
  RPL_METADATAUNSUBOK,
} from "../../protocol/numerics.ts"
import type { Reply } from "../../protocol/reply.ts"
import { isVisible, type Channel } from "../channel.ts"
import { anytime, type Answer, type Context } from "../command.ts"
import { metadataBatch, subscribedValuesIn, subscribedValuesOf, valueOf, valuesOf } from "../metadata.ts"
import type { User } from "../user.ts"
import {
  changed,
  emptied,
  fail,
  metadataChanged,
  metadataCleared,
  refusedBy,
  type Target,
} from "./metadata-changes.ts"

export const METADATA = anytime({
  name: "METADATA",
  syntax: "<target> <subcommand> [<key>] [<value>]",
  help: "Reads, sets and follows metadata of people and channels: GET, LIST, SET, CLEAR, SYNC, SUB, UNSUB, SUBS.",
  specification: "https://ircv3.net/specs/extensions/metadata.html",
  run(context, name: string, subcommand: string, ...params: string[]): Answer {
    if (!context.session.user && !context.session.has(METADATA_CAPABILITY)) return ERR_NOTREGISTERED()
    const target = targetOf(context, name)
    if (!target) return fail("INVALID_TARGET", [name], "That is nobody and no channel you may read")
    const verb = SUBCOMMANDS.get(subcommand.toUpperCase())
    if (!verb) return fail("SUBCOMMAND_INVALID", [subcommand], "There is no such subcommand")
    if (params.length < verb.paramsMin) return ERR_NEEDMOREPARAMS("METADATA")
    if (verb.ofOneself && target.user !== context.session.user)
      return fail("INVALID_TARGET", [name], "Subscriptions are your own: the target is *")
    return verb.run(context, target, params)
  },
})

interface Subcommand {
  readonly paramsMin: number
  readonly ofOneself?: true
  run(context: Context, target: Target, params: readonly string[]): Answer
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["GET", { paramsMin: 1, run: get }],
  ["LIST", { paramsMin: 0, run: list }],
  ["SET", { paramsMin: 1, run: set }],
  ["CLEAR", { paramsMin: 0, run: clear }],
  ["SYNC", { paramsMin: 0, run: sync }],
  ["SUB", { paramsMin: 1, ofOneself: true, run: subscribe }],
  ["UNSUB", { paramsMin: 1, ofOneself: true, run: unsubscribe }],
  ["SUBS", { paramsMin: 0, ofOneself: true, run: subscriptions }],
])

function targetOf({ net, session }: Context, name: string): Target | undefined {
  const { user } = session
  if (!user) return name === "*" ? { name, metadata: (session.metadata ??= new Map()) } : undefined
  const channel = net.channel(name)
  if (channel)
    return mayRead(channel, user) ? { name: channel.name, metadata: channel.metadata, channel } : undefined
  const other = name === "*" ? user : net.user(name)
  return other && { name: other.nick, metadata: other.metadata, user: other }
}

// What is behind a lock is for those who are inside.
function mayRead(channel: Channel, user: User): boolean {
  if (channel.members.has(user)) return true
  return isVisible(channel, user) && !channel.flags.has("i") && channel.key === undefined
}

// "Key names are restricted to the ranges a-z, 0-9, and _./-. The empty string is an invalid value."
function isKey(key: string): boolean {
  return key.length <= METADATA_KEY_BYTES_MAX && /^[a-z0-9_./-]+$/.test(key)
}

function invalidKey(key: string): Reply {
  return fail("KEY_INVALID", [key], "That is no key")
}

function get({ newBatch }: Context, { name, metadata }: Target, keys: readonly string[]): Answer {
  const values = keys.map((key) => (isKey(key) ? valueOf(name, key, metadata) : invalidKey(key)))
  return metadataBatch(name, values, newBatch())
}

function list({ newBatch }: Context, { name, metadata }: Target): Answer {
  return metadataBatch(name, valuesOf(name, metadata), newBatch())
}

function set(context: Context, target: Target, [key = "", text]: readonly string[]): Answer {
  if (!isKey(key)) return invalidKey(key)
  const { metadataValueBytes, metadataKeys } = context.net.settings.limits
  if (text !== undefined && byteLength(text) > metadataValueBytes)
    return fail("INVALID_VALUE", [key], `A value has at most ${metadataValueBytes} bytes`)
  const change = { key, ...(text === undefined ? {} : { text }) }
  const { channel, user, name, metadata } = target
  if (channel) return context.propose(metadataChanged, { channel: channel.name, ...change })
  if (user) return context.propose(metadataChanged, { user: user.id, ...change })
  return refusedBy(name, metadata, change, metadataKeys) ?? changed(name, metadata, change)
}

function clear({ propose, newBatch }: Context, { channel, user, name, metadata }: Target): Answer {
  if (channel) return propose(metadataCleared, { channel: channel.name })
  if (user) return propose(metadataCleared, { user: user.id })
  return metadataBatch(name, emptied(name, metadata), newBatch())
}

// Who is outside is not told who is inside, and so not what they say of themselves.
function sync({ session, newBatch }: Context, { channel, name, metadata }: Target): Answer {
  if (!channel) return metadataBatch(name, subscribedValuesOf(session, name, metadata), newBatch())
  const inside = session.user !== undefined && channel.members.has(session.user)
  const values = inside
    ? subscribedValuesIn(session, channel)
    : subscribedValuesOf(session, name, channel.metadata)
  return metadataBatch(name, values, newBatch())
}

// "If the client has subscribed to too many keys, the server does not process any further keys in the subcommand."
function subscribe({ net, session }: Context, _target: Target, keys: readonly string[]): Answer {
  const mine = (session.subscriptions ??= new Set())
  const refused: Reply[] = []
  const done = new Set<string>()
  for (const key of keys) {
    if (!isKey(key)) refused.push(invalidKey(key))
    else if (mine.size >= net.settings.limits.metadataSubs && !mine.has(key)) {
      refused.push(fail("TOO_MANY_SUBS", [key], "You have too many subscriptions"))
      break
    } else {
      mine.add(key)
      done.add(key)
    }
  }
  return [...packed([...done]).map(RPL_METADATASUBOK), ...refused, ...toSync(session.user, done)]
}

// "When subscribing to a key, clients SHOULD receive the current value": of all their channels that may be much at once.
function toSync(user: User | undefined, subscribed: ReadonlySet<string>): Reply[] {
  if (!user || subscribed.size === 0) return []
  return [...user.channels.keys()].map((channel) => RPL_METADATASYNCLATER(channel.name))
}

function unsubscribe({ session }: Context, _target: Target, keys: readonly string[]): Answer {
  const done = new Set(keys.filter(isKey))
  for (const key of done) session.subscriptions?.delete(key)
  const refused = keys.filter((key) => !isKey(key)).map(invalidKey)
  return [...packed([...done]).map(RPL_METADATAUNSUBOK), ...refused]
}

function subscriptions({ session, newBatch }: Context): Answer {
  const batch = newBatch()
  return [
    { command: "BATCH", params: [`+${batch}`, "metadata-subs"] },
    ...packed([...(session.subscriptions ?? [])]).map((keys) => ({ ...RPL_METADATASUBS(keys), batch })),
    { command: "BATCH", params: [`-${batch}`] },
  ]
}

/** Keys that fit in one line, whatever the names of the server and the nick. */
const KEYS_OF_A_LINE = 10

function packed(keys: readonly string[]): string[][] {
  const lines: string[][] = []
  for (let at = 0; at < keys.length; at += KEYS_OF_A_LINE) lines.push(keys.slice(at, at + KEYS_OF_A_LINE))
  return lines
}
