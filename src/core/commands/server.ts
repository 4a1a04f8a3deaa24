// A run of the server is an epoch: its first event ends every session of the runs before it. Who is always on stays.

import type { CasemappingName } from "../../protocol/casemapping.ts"
import { becomeAbsent, isAlwaysOn } from "../always-on.ts"
import { openAudit } from "../audit.ts"
import { event } from "../event.ts"
import type { AlwaysOn, Settings } from "../seams.ts"
import { leaveMailbox, type Seen, unseenBy } from "../seen.ts"
import type { Start } from "../start.ts"
import type { User } from "../user.ts"

/** `seen` by those who were there when the run before ended by itself. */
interface ServerStarted extends Seen {
  readonly epoch: number
  readonly casemapping?: CasemappingName
  /** `opt-in` where it is not said. */
  readonly alwaysOn?: AlwaysOn
  /** From here on the staff has its own channel. */
  readonly audit?: true
}

/** The fact that a run begins under these settings; what has always been so is not said. */
export function startOf({ epoch, lastAt }: Start, settings: Settings): ServerStarted {
  const { casemapping, accounts, limits } = settings
  const { alwaysOn } = accounts
  // Who had not been heard from for longer would have been gone.
  const heardAt = lastAt - limits.pingAfterMs - limits.pingTimeoutMs - SLACK_MS
  return {
    epoch,
    seen: { kind: "at", at: heardAt },
    ...(casemapping === "ascii" ? {} : { casemapping }),
    ...(alwaysOn === "opt-in" ? {} : { alwaysOn }),
    audit: true,
  }
}

/** The clock strikes once in a few seconds, and what came for somebody is not found and sent at once. */
const SLACK_MS = 60_000

// Who had come back a moment before may not have been played what had come until then.
function missedBy({ account }: User, { seen }: Seen): Seen {
  if (!account || seen?.kind !== "at") return seen ? { seen } : {}
  return (account.backAt ?? 0) > seen.at ? { seen: unseenBy(account) } : { seen }
}

export const serverStarted = event<ServerStarted>({
  type: "serverStarted",
  apply(net, e, tell) {
    net.epochs.push({ epoch: e.epoch, fromSeq: e.seq })
    net.startedAt = e.at
    for (const user of net.users.values()) {
      leaveMailbox(user, { seq: e.seq, ...missedBy(user, e) })
      if (isAlwaysOn(user.account, e.alwaysOn ?? "opt-in")) {
        becomeAbsent(net, user, e, tell)
        continue
      }
      net.remember(user, e.at)
      net.removeUser(user)
    }
    net.usersMost = net.users.size
    net.adopt(e.casemapping ?? "ascii")
    if (e.audit) openAudit(net, e)
  },
})
