// Who is here, for an administrator, who may send them away.

import { kicking, memberKicked } from "../core/commands/kick.ts"
import { acted, staffActed } from "../core/commands/staff-acted.ts"
import type { Session } from "../core/session.ts"
import type { User, UserId } from "../core/user.ts"
import { now } from "./clock.ts"
import { administer, type Outcome } from "./outcome.ts"
import type { Shell } from "./shell.ts"

/** One session of the list. */
export interface Person {
  readonly nick: string
  /** The name in the certificate, if one was shown. */
  readonly certificate: string | undefined
  /** Undefined for a guest. */
  readonly account: string | undefined
  /** Of the account; undefined for a mere member. */
  readonly role: string | undefined
  readonly address: string
  /** ms since 1970. */
  readonly since: number
  readonly tlsVersion: string
  readonly channels: readonly string[]
}

export class People {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  list(): Person[] {
    const { sessions } = this.#shell.engine
    return [...sessions].flatMap((session) => (session.user ? [personOf(session, session.user)] : []))
  }

  /**
   * `NICK [REASON]` or `CHANNEL NICK [REASON]`, in words. `#` begins a comment in most shells, so a channel may be named
   * without it where nobody is called so. `given` is the reason that stands apart from them.
   */
  kickBy([first = "", second, ...rest]: readonly string[], given?: string): Outcome {
    const { net } = this.#shell.engine
    const isChannel = first.startsWith("#") || (!net.user(first) && net.channel(`#${first}`) !== undefined)
    if (first === "" || (isChannel && second === undefined))
      return { error: "whom? kick [CHANNEL] NICK [REASON]" }
    const words = isChannel || second === undefined ? rest : [second, ...rest]
    if (given !== undefined && words.length > 0) return { error: "the reason is given twice" }
    const reason = given ?? (words.length > 0 ? words.join(" ") : undefined)
    return isChannel ? this.kickFrom(first, second ?? "", reason) : this.kick(first, reason)
  }

  /** The nick of a user who is here. */
  nickOf(id: number): string | undefined {
    return this.#shell.engine.net.users.get(id as UserId)?.nick
  }

  /** Disconnects every session of a user. */
  kick(nick: string, reason?: string): Outcome {
    const { engine, wake } = this.#shell
    const user = engine.net.user(nick)
    if (!user) return { error: `nobody here is called ${nick}` }
    const { nick: exact, account } = user
    const record = acted("kill", { target: exact, reason, details: { account: account?.name } })
    engine.administer(staffActed, record, now())
    engine.dismiss(user, "KICKED", reason)
    wake()
    return { done: `${exact} was disconnected` }
  }

  /** Removes a user from a channel, as its operators can. `channel` may lack its `#`. */
  kickFrom(channel: string, nick: string, reason = "by an administrator"): Outcome {
    const { net } = this.#shell.engine
    const found = net.channel(channel) ?? net.channel(`#${channel}`)
    const user = net.user(nick)
    if (!found) return { error: `there is no channel ${channel}` }
    if (!user) return { error: `nobody here is called ${nick}` }
    const record = acted("kick", { target: user.nick, reason, details: { channel: found.name } })
    const done = `${user.nick} was kicked from ${found.name}`
    return administer(this.#shell, memberKicked, kicking(found, user, reason), record, done)
  }
}

function personOf(session: Session, user: User): Person {
  const { certificate, address, tlsVersion } = session.arrival
  return {
    nick: user.nick,
    certificate: certificate?.name,
    account: user.account?.name,
    role: user.account?.role,
    address,
    since: session.since,
    tlsVersion,
    channels: [...user.channels.keys()].map(({ name }) => name),
  }
}
