// What the staff does is on disk with the record of it, or neither is.

import { certificateRevoked, invitationMade, invitationWithdrawn } from "../../src/core/commands/enrolment.ts"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import { lockdownSet } from "../../src/core/commands/lockdown.ts"
import { requestDecided } from "../../src/core/commands/approval.ts"
import { messageRedacted } from "../../src/core/commands/redact.ts"
import { roleSet } from "../../src/core/commands/role.ts"
import { staffActed } from "../../src/core/commands/staff-acted.ts"
import { banLifted, banSet } from "../../src/core/commands/uban.ts"
import { operatorMade } from "../../src/core/commands/oper.ts"
import type { Network } from "../../src/core/network.ts"
import type { Row } from "../../src/core/seams.ts"

/** What is brought about here by the staff alone. */
const BY_STAFF: ReadonlySet<string> = new Set(
  [
    accountMessagesErased,
    banLifted,
    banSet,
    certificateRevoked,
    invitationMade,
    invitationWithdrawn,
    lockdownSet,
    requestDecided,
    operatorMade,
    roleSet,
  ].map(({ type }) => type),
)

/** What one REVOKE is made of. */
const REVOKING: ReadonlySet<string> = new Set([certificateRevoked.type, invitationWithdrawn.type])

/** What a member did to what is their own, or an operator in passing. */
function isOwn({ type, body, accountId }: Row): boolean {
  return (
    body.includes('"own":true') ||
    body.includes('"reason":"removed by yourself"') ||
    (type === invitationWithdrawn.type && accountId !== null)
  )
}

export const isRecord = ({ type }: Row) => type === staffActed.type

/** `before` and `after`: the other rows of its turn. */
export function checkRecorded(row: Row, before: readonly Row[], after: readonly Row[], net: Network) {
  // One record stands for all that is taken back at once.
  const next = REVOKING.has(row.type) ? after : after.slice(0, 1)
  const isAct = BY_STAFF.has(row.type) ? !isOwn(row) : isRedactedByRight(row, net)
  if (isAct && !next.some(isRecord)) throw new Error(`${row.type} at ${row.seq} is not recorded`)
  const isKilled = row.type === "userQuit" && row.body.includes('"reason":"Killed (')
  if (isKilled && !before.some(isRecord)) throw new Error(`${row.seq} was killed by nobody`)
}

// Who has no sign there takes back what others said by nothing else.
function isRedactedByRight({ type, channelId, accountId, body }: Row, net: Network): boolean {
  if (type !== messageRedacted.type || channelId === null) return false
  const { by, author } = JSON.parse(body) as {
    by: number
    author: { user?: number; account: number | null }
  }
  if (author.user === by || (author.account !== null && author.account === accountId)) return false
  const [user] = [...net.users.values()].filter(({ id }) => id === by)
  const [channel] = [...net.channels.values()].filter(({ id }) => id === channelId)
  return user !== undefined && !channel?.members.get(user)?.prefixes
}
