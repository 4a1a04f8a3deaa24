// What was heard, compared with the log: it is there, everybody heard the same, and who heard it was to hear it.

import { channelRenamed } from "../../src/core/commands/rename.ts"
import type { Network } from "../../src/core/network.ts"
import type { Row } from "../../src/core/seams.ts"
import { correspondentId } from "../../src/core/user.ts"
import { folded } from "../../src/protocol/names.ts"
import type { Kept } from "./kept.ts"
import type { Heard, Onlooker } from "./onlooker.ts"

export class Hearsay {
  /** Whom what was heard was for, by its msgid. */
  readonly targets = new Map<string, string>()
  readonly #kept: Kept
  readonly #accounts = new Map<string, string>()
  readonly #msgids = new Map<string, string>()

  constructor(kept: Kept) {
    this.#kept = kept
  }

  /** `rows`: of the turn in which it was heard. */
  check(
    onlooker: Onlooker,
    net: Network,
    { msgid, command, source, target, text, account, old, self }: Heard,
    rows: readonly Row[],
  ) {
    const kept = this.#kept.said.get(text)
    const channel = /^[~@%+]?#/.test(target)
    if ((old || (command !== "TAGMSG" && channel)) && !kept)
      throw new Error(`${text} was heard and is not in the log`)
    if (msgid === undefined) return
    if (old && this.#kept.erased.has(msgid)) throw new Error(`${text} was erased and came back`)
    const place = kept?.find((one) => one.msgid === msgid)
    if (command !== "TAGMSG" && (channel || old) && !place)
      throw new Error(`${msgid} was heard and is not in the log`)
    // Every session that is shown a msgid is shown the same message, by whatever name its channel goes now, and who spoke to one
    // person.
    const where = place?.channelId ?? folded(target)
    const whole = [...(channel ? [source, where] : []), command, text].join(" ")
    if (this.#msgids.has(msgid) && this.#msgids.get(msgid) !== whole)
      throw new Error(`${msgid} is ${whole} and ${this.#msgids.get(msgid)}`)
    this.#msgids.set(msgid, whole)
    const known = this.#accounts.get(msgid) ?? account
    if (account !== undefined && account !== known) throw new Error(`${msgid} is of ${account} and ${known}`)
    if (known !== undefined) this.#accounts.set(msgid, known)
    this.targets.set(msgid, target)
    const user = onlooker.session.user
    if (place && user && !channel && old && !place.between.includes(correspondentId(user)))
      throw new Error(`${user.nick} reads what ${text} was to others`)
    const isTo = user && [correspondentId(user), user.id].some((id) => place?.between.includes(id))
    if (place && user && !channel && !old && !self && !isTo)
      throw new Error(`${user.nick} hears what ${text} is to others in the log`)
    if (!place || !channel || !user || self) return
    if (!old && !place.members.has(user.id))
      throw new Error(`${user.nick} was not there when ${text} was said`)
    // What came to the name in this turn may have done so after the answer.
    const here = net.channel(target)
    const isNew = rows.some(
      ({ seq, type, channelId }) =>
        here && (seq === here.id || (type === channelRenamed.type && channelId === here.id)),
    )
    if (old && here && !isNew && here.id !== place.channelId)
      throw new Error(`${text} was said in another channel of that name`)
  }
}
