// Who stays online without a session, as Ergo has it: nick, channels, signs and modes stay, and direct messages wait in the
// history. Others see that nobody is there.

import type { Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import { endOperator } from "./operators.ts"
import type { AlwaysOn } from "./seams.ts"
import type { Tell } from "./tell.ts"
import type { Account, User } from "./user.ts"

/** Whether the user of this account stays when its last session ends. */
export function isAlwaysOn(account: Account | undefined, site: AlwaysOn): boolean {
  if (!account || site === "off") return false
  if (site === "mandatory") return true
  return account.alwaysOn ?? site === "opt-out"
}

/** Its last session is gone. The right to act for the server was given to that, not to the account. */
export function becomeAbsent(net: Network, user: User, e: Stamp, tell: Tell) {
  user.absentSince ??= e.at
  endOperator(net, user, e, tell)
}

/** Those without a session who stay no longer, and why. */
export function overstayers({ users, settings }: Network, now: number): { user: User; reason: string }[] {
  const { alwaysOn, alwaysOnMs } = settings.accounts
  return [...users.values()].flatMap((user) => {
    if (user.sessions.length > 0) return []
    if (!isAlwaysOn(user.account, alwaysOn)) return { user, reason: "No longer always on" }
    return now - (user.absentSince ?? now) > alwaysOnMs ? { user, reason: "Not seen for too long" } : []
  })
}
