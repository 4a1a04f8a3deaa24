// Who comes back to an account that nobody was there as is played what was said to it meanwhile, of everybody the newest page. More
// may be played than that: where a connection broke, rather twice than never.

import { messageSent } from "../../src/core/commands/message-sent.ts"
import type { Network } from "../../src/core/network.ts"
import type { Row } from "../../src/core/seams.ts"
import { ABSENT, type Account } from "../../src/core/user.ts"
import { found } from "../../src/storage/plain-reading.ts"
import { textsOf } from "./reading-back.ts"

/** What an account has to be played that nobody is there as, from the log alone. */
export interface Mail {
  readonly account: Account
  readonly texts: readonly string[]
}

export function mailOf(rows: readonly Row[], net: Network): Mail[] {
  return [...net.accounts.values()].flatMap((account) => {
    // Of those whose certificate is another authority's, nobody comes.
    if (account.issuer !== "home") return []
    const last = rows.findLast((row) => isOf(row, account))
    if (!last || !isFarewell(last)) return []
    const texts = [...authorsTo(rows, account)].flatMap((author) => {
      const of = { accountIds: [account.id, author] as const }
      const stretch = { types: [messageSent.type], after: { kind: "seq" as const, seq: last.seq } }
      const page = { kind: "page" as const, of, ...stretch, keep: "newest" as const }
      const newest = found(rows, { ...page, limit: net.settings.limits.historyPage })
      const read = account.readMarkers.get(author) ?? 0
      return newest.filter((row) => row.accountId === author && row.at > read)
    })
    return texts.length === 0 ? [] : { account, texts: texts.flatMap((row) => textsOf(row, net)) }
  })
}

/** By whose deed it was there, or is gone. */
function isOf({ accountId, type, body }: Row, { id, name }: Account): boolean {
  if (accountId === id) return true
  if (type !== "userConnected" && type !== "userLoggedIn") return false
  return (JSON.parse(body) as { accountName?: string }).accountName === name
}

function isFarewell({ type, body }: Row): boolean {
  if (type === "awayChanged") return (JSON.parse(body) as { away?: string }).away === ABSENT
  return type === "userQuit" || type === "userDetached"
}

function authorsTo(rows: readonly Row[], { id }: Account): Set<number> {
  const said = rows.filter(
    ({ type, peerId, accountId }) => type === messageSent.type && peerId === id && accountId !== id,
  )
  return new Set(said.map(({ accountId }) => accountId ?? 0))
}
