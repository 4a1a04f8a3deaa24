// The channel in which the staff reads what it did.

import { AUDIT_CHANNEL } from "../protocol/acts.ts"
import type { ChannelName } from "../protocol/names.ts"
import { newChannel, type Place } from "./channel.ts"
import type { Network } from "./network.ts"

/** Hidden from who is not in it; nobody speaks or sets a topic in it, since nobody has a sign there. */
const AUDIT_MODES = "imnst"

/** Makes it, once; a channel that had its name before goes on under another. */
export function openAudit(net: Network, { seq, at }: Place) {
  if (net.audit) return
  const before = net.channel(AUDIT_CHANNEL)
  if (before) {
    let free = `${AUDIT_CHANNEL}-${before.id}` as ChannelName
    while (net.channel(free)) free = `${free}_` as ChannelName
    net.renameChannel(before, free)
  }
  net.audit = newChannel(seq, AUDIT_CHANNEL, at, AUDIT_MODES)
}
