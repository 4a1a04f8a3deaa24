// What has to hold after each turn: the log makes the live network, each nick is one user's, and each client knows its channels.

import { isAlwaysOn } from "../../src/core/always-on.ts"
import type { Network } from "../../src/core/network.ts"
import type { Settings } from "../../src/core/seams.ts"
import { folded } from "../../src/protocol/names.ts"
import { NICKS } from "../support/chatter.ts"
import { digest } from "../support/digest.ts"
import { equal, type Onlooker } from "./onlooker.ts"

export function checkNetwork(net: Network, shadow: Network, alwaysOn: Settings["accounts"]["alwaysOn"]) {
  const [log, live] = [digest(shadow), digest(net)]
  if (log !== live) throw new Error(`the log says\n${log}\nthe live network is\n${live}`)
  for (const channel of net.channels.values()) {
    const locked = channel.flags.has("i") || channel.flags.has("s") || channel.key !== undefined
    if (channel.members.size === 0 && locked && !channel.founder)
      throw new Error(`${channel.name} is locked and dormant`)
  }
  for (const [user, { prefixes }] of net.audit?.members ?? [])
    if (!user.rights.includes("audit") || prefixes !== 0) throw new Error(`${user.nick} is in the audit`)
  for (const nick of NICKS) {
    const user = net.user(nick)
    if (user && net.users.get(user.id) !== user) throw new Error(`${nick} is held by nobody`)
  }
  const nicks = new Set<string>()
  for (const user of net.users.values()) {
    if (net.user(user.nick) !== user || nicks.has(folded(user.nick)))
      throw new Error(`two users are ${user.nick}`)
    nicks.add(folded(user.nick))
    if (user.sessions.length === 0 && !isAlwaysOn(user.account, alwaysOn))
      throw new Error(`${user.nick} has no session`)
    const owner = net.account(user.nick)
    if (owner && owner !== user.account && net.userOf(owner)?.nick === user.nick)
      throw new Error(`${user.nick} is another's`)
  }
}

// What a client made of its lines is what is.
export function checkView({ session, nick, channels, partial }: Onlooker) {
  const { user } = session
  if (!user) return
  if (nick !== user.nick) throw new Error(`${user.nick} believes to be ${nick}`)
  const names = new Set([...user.channels.keys()].map((channel) => folded(channel.name)))
  if (!equal(names, new Set(channels.keys())))
    throw new Error(`${nick} believes to be in ${[...channels.keys()]}`)
  for (const channel of user.channels.keys()) {
    const members = new Set([...channel.members.keys()].map((member) => folded(member.nick)))
    const seen = channels.get(folded(channel.name)) ?? new Set()
    if (!equal(members, seen) && !partial.has(folded(channel.name)))
      throw new Error(`${nick} sees ${[...seen]} in ${channel.name}, not ${[...members]}`)
  }
}
