// What an administrator does with bans of the network: sets them, takes them back, lists them.

import { type Ban, bannedBy, bansOf } from "../core/bans.ts"
import { setterOf } from "../core/commands/staff-acted.ts"
import { banLifted, banningOf, banSet, liftingOf } from "../core/commands/uban.ts"
import { durationWords } from "../protocol/duration.ts"
import { writtenRange } from "./address.ts"
import { now } from "./clock.ts"
import { administer, type Outcome } from "./outcome.ts"
import type { Shell } from "./shell.ts"

export interface BanWanted {
  /** An account, an address or a range, a fingerprint, or a mask. */
  readonly target: string
  /** Without it for good. */
  readonly lastsMs?: number | undefined
  readonly reason?: string | undefined
}

export class Bans {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Whoever is here and banned by it is disconnected at once. */
  ban({ target, lastsMs, reason = "" }: BanWanted): Outcome {
    const { engine } = this.#shell
    const banned = bannedBy(engine.net, target, writtenRange(target))
    if (!banned) return { error: this.#unknown(target) }
    const ban = { ...banned, reason, ...(lastsMs === undefined ? {} : { until: now() + lastsMs }) }
    const refusal = engine.administer(banSet, ban, now(), banningOf(ban))
    if (refusal !== undefined) return { error: refusal }
    const before = engine.sessions.size
    engine.expel(banned)
    this.#shell.wake()
    const closed = before - engine.sessions.size
    // A time that was not written as one is the reason's first word: it is seen here.
    const howLong = lastsMs === undefined ? "for good" : `for ${durationWords(lastsMs)}`
    return { done: `${banned.kind} ${banned.value} is banned ${howLong}; connections closed: ${closed}` }
  }

  lift(target: string): Outcome {
    const { engine } = this.#shell
    const banned = bannedBy(engine.net, target, writtenRange(target))
    if (!banned || !engine.net.ban(banned)) return { error: `${target} is not banned` }
    const done = `${banned.kind} ${banned.value} is banned no longer`
    return administer(this.#shell, banLifted, banned, liftingOf(banned), done)
  }

  list(): Ban[] {
    return bansOf(this.#shell.engine.net, now()).map((ban) => ({ ...ban, by: setterOf(ban.by) }))
  }

  #unknown(target: string): string {
    const guest = this.#shell.engine.net.user(target)
    return guest
      ? `${guest.nick} has no account: ban the mask *!*@${guest.host}, or the address that chat admin list shows`
      : `there is no account ${target}, and it is neither an address, a fingerprint nor a mask`
  }
}
