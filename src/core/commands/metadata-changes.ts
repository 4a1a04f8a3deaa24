// What changes metadata of people and channels; METADATA asks for it: https://ircv3.net/specs/extensions/metadata.html

import type { ChannelName } from "../../protocol/names.ts"
import { RPL_KEYNOTSET } from "../../protocol/numerics.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { isOperator, type Channel } from "../channel.ts"
import { event } from "../event.ts"
import { metadataBatch, tellOfChannel, tellOfUser, valueOf, type Metadata } from "../metadata.ts"
import type { Network } from "../network.ts"
import type { User, UserId } from "../user.ts"

/** What has metadata; neither channel nor user is a session that is not registered yet. */
export interface Target {
  readonly name: string
  readonly metadata: Metadata
  readonly channel?: Channel
  readonly user?: User
}

interface Change {
  readonly key: string
  /** The value; absent to remove it. */
  readonly text?: string
}

/** Of one of the two. */
interface Whose {
  readonly channel?: ChannelName
  readonly user?: UserId
}

export const metadataChanged = event<Whose & Change>({
  type: "metadataChanged",
  refuse(net, fact, by) {
    const target = whose(net, fact)
    if (!target || !mayChange(target, by)) return noPermission(target, fact.key)
    return refusedBy(target.name, target.metadata, fact, net.settings.limits.metadataKeys)
  },
  apply(net, e, tell) {
    const target = whose(net, e)
    if (!target) return
    tell.reply(changed(target.name, target.metadata, e))
    if (target.channel) tellOfChannel(target.channel, e.key, tell)
    if (target.user) tellOfUser(target.user, e.key, tell)
  },
})

export const metadataCleared = event<Whose>({
  type: "metadataCleared",
  refuse(net, fact, by) {
    const target = whose(net, fact)
    return !target || !mayChange(target, by) ? noPermission(target, "*") : undefined
  },
  apply(net, e, tell) {
    const target = whose(net, e)
    if (!target) return
    const { name, metadata, channel, user } = target
    const keys = [...metadata.keys()]
    for (const content of metadataBatch(name, emptied(name, metadata), tell.newBatch())) tell.reply(content)
    for (const key of keys) {
      if (channel) tellOfChannel(channel, key, tell)
      if (user) tellOfUser(user, key, tell)
    }
  },
})

function whose(net: Network, { channel: name, user: id }: Whose): Target | undefined {
  const channel = name === undefined ? undefined : net.channel(name)
  if (channel) return { name: channel.name, metadata: channel.metadata, channel }
  const user = id === undefined ? undefined : net.users.get(id)
  return user && { name: user.nick, metadata: user.metadata, user }
}

function mayChange({ channel, user }: Target, by: User | undefined): boolean {
  return by === undefined || (channel ? isOperator(channel, by) : user === by)
}

function noPermission(target: Target | undefined, key: string): Reply {
  return fail("KEY_NO_PERMISSION", [target?.name ?? "*", key], "That is not yours to change")
}

/** Why a key cannot be set or removed, whoever does it. */
export function refusedBy(
  name: string,
  metadata: Metadata,
  { key, text }: Change,
  keysMax: number,
): Reply | undefined {
  if (metadata.has(key)) return undefined
  if (text === undefined) return fail("KEY_NOT_SET", [name, key], "It is not set")
  return metadata.size < keysMax
    ? undefined
    : fail("LIMIT_REACHED", [name], `There is room for ${keysMax} keys`)
}

/** Makes the change and gives back what is told of it. */
export function changed(name: string, metadata: Metadata, { key, text }: Change): Reply {
  if (text === undefined) metadata.delete(key)
  else metadata.set(key, text)
  return valueOf(name, key, metadata)
}

/** Removes everything and gives back what is told of it. */
export function emptied(name: string, metadata: Metadata): Reply[] {
  const keys = [...metadata.keys()]
  metadata.clear()
  return keys.map((key) => RPL_KEYNOTSET(name, key))
}

export function fail(code: string, params: readonly string[], text: string): Reply {
  return FAIL("METADATA", code, params, text)
}
