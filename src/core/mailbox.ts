// What was said to an account while nobody was there: as a mail server keeps a mailbox, it is played to the first connection that
// comes back, if its client does not fetch history by itself. What may not have reached it is played once more to the next.

import { CHATHISTORY } from "../protocol/capabilities.ts"
import type { Reply } from "../protocol/reply.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Answer, UserContext } from "./command.ts"
import { mayRead, nameOf } from "./entitlement.ts"
import { read } from "./history.ts"
import type { Content } from "./narrow.ts"
import { batched, MESSAGES, played } from "./playback.ts"
import type { Reference, Row } from "./seams.ts"
import type { Session } from "./session.ts"
import type { Account, User } from "./user.ts"

/** People whose messages are played; of more it is only said that there are more. */
const PEOPLE_MAX = 25

const BEGINNING: Reference = { kind: "seq", seq: 0 }

type Postman = Pick<UserContext, "net" | "ask" | "erasures" | "newBatch">

/** `before`: the place from which on the session hears by itself. */
export function playMail(session: Session, user: User, before: number, postman: Postman) {
  const { account } = user
  if (!account || session.has(CHATHISTORY)) return
  const since = account.seen ?? BEGINNING
  const mail = { since, heardAt: Infinity }
  session.mail = mail
  const { historyPage: limit } = postman.net.settings.limits
  const stretch = { types: MESSAGES, after: since, keep: "newest" as const }
  const ofAll = { ...stretch, accountId: account.id, channelIds: [], limit: PEOPLE_MAX }
  // Without `before`: who has said something meanwhile has said something newer.
  read(postman, [{ kind: "conversations", ...ofAll }], PEOPLE_MAX, (newest) => {
    if (!newest) return unread(user)
    const people = newest.map(({ accountId, peerId }) => (accountId === account.id ? peerId : accountId) ?? 0)
    const pages = people.map((id) => ({
      ...stretch,
      kind: "page" as const,
      of: { accountIds: [account.id, id] as const },
      before: { kind: "seq" as const, seq: before },
      limit,
    }))
    const then = (rows: readonly Row[] | undefined): Answer => {
      if (!rows) return unread(user)
      mail.heardAt = session.heardAt
      return letters(postman, user, account, rows, people.length === PEOPLE_MAX)
    }
    if (pages.length === 0) return then([])
    return read(postman, pages, Infinity, then)
  })
}

function letters(
  postman: Postman,
  user: User,
  account: Account,
  rows: readonly Row[],
  isMore: boolean,
): Content[] {
  const { net, newBatch } = postman
  const { historyPage } = net.settings.limits
  const isNew = ({ accountId, peerId, at }: Row) =>
    peerId === account.id && accountId !== account.id && at > (account.readMarkers.get(accountId ?? 0) ?? 0)
  const mine = rows.filter((row) => isNew(row) && mayRead(net, user, row))
  if (mine.length === 0) return []
  const talks = Map.groupBy(mine, ({ accountId }) => accountId ?? 0)
  const contents = [...talks].flatMap(([id, said]) => {
    const name = nameOf(net, id)
    const lines = said.flatMap((row) => played(postman, row, undefined))
    const from = `timestamp=${serverTime(said[0]?.at ?? 0)}`
    const isCut = rows.filter((row) => row.accountId === id || row.peerId === id).length >= historyPage
    return [
      ...batched(lines, newBatch(), "chathistory", name),
      ...(isCut
        ? [notice(user, `There may be more: CHATHISTORY BEFORE ${name} ${from} ${historyPage}`)]
        : []),
    ]
  })
  const count = mine.length === 1 ? "One message" : `${mine.length} messages`
  return [
    notice(user, `${count} came for you while you were away:`),
    ...contents,
    ...(isMore ? [notice(user, "Others may have written, too: HELP CHATHISTORY")] : []),
  ]
}

function unread(user: User): Reply {
  return notice(user, "What came for you while you were away cannot be read now; it stays where it is")
}

function notice({ nick }: User, text: string): Reply {
  return { command: "NOTICE", params: [nick], text }
}
