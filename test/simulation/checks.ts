// What has to hold after each turn: the log makes the live network, each nick is one user's, each client knows its channels, and
// everybody was told what was for them.

import { isAlwaysOn } from "../../src/core/always-on.ts"
import { isNowhere } from "../../src/core/commands/away.ts"
import { EVENTS } from "../../src/core/commands/index.ts"
import { userModesChanged } from "../../src/core/commands/mode.ts"
import { nickChanged } from "../../src/core/commands/nick.ts"
import type { Network } from "../../src/core/network.ts"
import type { Row, Settings, Turn } from "../../src/core/seams.ts"
import type { Session } from "../../src/core/session.ts"
import type { User } from "../../src/core/user.ts"
import { folded } from "../../src/protocol/names.ts"
import { NICKS } from "../support/chatter.ts"
import { digest } from "../support/digest.ts"
import type { Told } from "./kept.ts"
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
    if (user.absentSince !== undefined && !isNowhere(user)) throw new Error(`${user.nick} is here and absent`)
    const owner = net.account(user.nick)
    if (owner && owner !== user.account && net.userOf(owner)?.nick === user.nick)
      throw new Error(`${user.nick} is another's`)
  }
}

// What a client made of its lines is what is.
export function checkView({ session, nick, channels, partial, unsigned }: Onlooker) {
  const { user } = session
  if (unsigned.size > 0) throw new Error(`${nick} was told of ${[...unsigned]}, unseen`)
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

/** Who was there before the turn and is there after it as the same has heard all that was for them. */
export function checkTold({ deliveries }: Turn, told: readonly Told[], here: ReadonlyMap<Session, User>) {
  const heard = new Map(deliveries.map(({ session, output }) => [session, output.text.replaceAll("\r", "")]))
  for (const [session, user] of here) {
    if (session.closing || session.user !== user) continue
    for (const { part, to, by, needs } of told)
      if (
        to.has(user.id) &&
        by !== user.id &&
        (needs === undefined || session.has(needs)) &&
        !heard.get(session)?.includes(part)
      )
        throw new Error(`${user.nick} was not told ${JSON.stringify(part)}`)
  }
}

/** While the disk is full, what may be refused is; but who logs in has their nick, and a guest another, and mode o can end by it. */
export function checkReadOnly({ rows }: Turn) {
  const goesWithLogin = ({ type, body }: Row) =>
    type === nickChanged.type || (type === userModesChanged.type && body.includes('"changes":[["o",false]]'))
  const kept = rows.find((row) => EVENTS.get(row.type)?.refuse && !goesWithLogin(row))
  if (kept) throw new Error(`${kept.type} was kept while the disk was full`)
}
