// Slow mode, +W: who has no sign says one message in so many seconds. An allowance of the moment, by the clock as it is: never in
// the log, and anew with each run.

import { durationWords, waitWords } from "../protocol/duration.ts"
import { ERR_CANNOTSENDTOCHAN } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import type { Channel } from "./channel.ts"
import { correspondentId, type User } from "./user.ts"

export class Pace {
  /** ms since 1970; unlike the time in the log it may go back. */
  now = 0
  /** When each of them said something, by account, so that coming again or a second session gains nothing. */
  readonly #spoken = new Map<Channel, Map<number, number>>()

  spoke(channel: Channel, user: User) {
    if (channel.slow === undefined) return
    const times = this.#spoken.get(channel) ?? new Map<number, number>()
    this.#spoken.set(channel, times.set(correspondentId(user), this.now))
  }

  /** Why `user` has to wait. */
  refuse(channel: Channel, user: User): Reply | undefined {
    const { slow } = channel
    if (slow === undefined || channel.members.get(user)?.prefixes) return undefined
    const spokeAt = this.#spoken.get(channel)?.get(correspondentId(user))
    if (spokeAt === undefined || this.#isOver(channel, spokeAt)) return undefined
    const left = waitWords(spokeAt + slow * 1000 - this.now)
    const text = `One message in ${durationWords(slow * 1000)} here: ${left} left (+W)`
    return { ...ERR_CANNOTSENDTOCHAN(channel.name), text }
  }

  /** Of whoever has waited long enough. */
  forget() {
    for (const [channel, times] of this.#spoken) {
      for (const [id, spokeAt] of times) if (this.#isOver(channel, spokeAt)) times.delete(id)
      if (times.size === 0) this.#spoken.delete(channel)
    }
  }

  // A clock that was set back keeps nobody waiting.
  #isOver({ slow = 0 }: Channel, spokeAt: number): boolean {
    return this.now < spokeAt || this.now >= spokeAt + slow * 1000
  }
}
