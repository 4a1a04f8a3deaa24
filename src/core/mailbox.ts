// What was said to an account while nobody was there: as a mail server keeps a mailbox, it is played to the first connection that
// comes back, if its client does not fetch history by itself. What may not have reached it is played once more to the next.

import { CHATHISTORY } from "../protocol/capabilities.ts"
import { msgidOf } from "../protocol/msgid.ts"
import type { Reply } from "../protocol/reply.ts"
import type { Answer, UserContext } from "./command.ts"
import { holdsCtcp, messageOf } from "./commands/message-sent.ts"
import { mayRead, nameOf } from "./entitlement.ts"
import { read } from "./history.ts"
import type { Content } from "./narrow.ts"
import type { Network } from "./network.ts"
import { batched, MESSAGES, played } from "./playback.ts"
import type { Row } from "./seams.ts"
import type { Session } from "./session.ts"
import type { Account, User } from "./user.ts"

/** People whose messages are played; of more it is only said that there are more. */
const PEOPLE_MAX = 25
/** Messages that are played in one go, the newest of everybody: to make lines of them keeps all others waiting. */
const LETTERS_MAX = 500
/** Who goes on talking for so long has got it, whatever its PONGs say. */
const SURE_MS = 120_000

type Postman = Pick<UserContext, "net" | "ask" | "erasures" | "newBatch" | "now">

/** Plays what a session missed, if it missed anything and its client fetches no history. */
export function playMail(session: Session, postman: Postman) {
  const { user, missed: since, hearsFrom } = session
  session.missed = undefined
  if (!user?.account || !since || session.has(CHATHISTORY)) return
  const { account } = user
  const mail: Session["mail"] = { since, sureAfter: Infinity }
  session.mail = mail
  const stretch = { types: MESSAGES, after: since, keep: "newest" as const }
  const ofAll = { ...stretch, accountId: account.id, channelIds: [], limit: PEOPLE_MAX }
  // Without `before`: who has said something meanwhile has said something newer.
  read(postman, [{ kind: "conversations", ...ofAll }], PEOPLE_MAX, (newest) => {
    if (!newest) return unread(user)
    const people = newest.map((row) => otherThan(account, row))
    const limit = Math.min(postman.net.settings.limits.historyPage, Math.floor(LETTERS_MAX / people.length))
    const pages = people.map((id) => ({
      ...stretch,
      kind: "page" as const,
      of: { accountIds: [account.id, id] as const },
      before: { kind: "seq" as const, seq: hearsFrom },
      limit,
    }))
    const then = (rows: readonly Row[] | undefined): Answer => {
      if (!rows) return unread(user)
      const contents = letters(postman, user, account, rows, limit, people.length === PEOPLE_MAX)
      // Whatever else it says may have been on its way before: who answers this has got what comes before it.
      if (contents.length > 0) {
        mail.sureAfter = postman.now + SURE_MS
        mail.token = `mail-${postman.newBatch()}`
        return [...contents, ping(mail.token)]
      }
      session.mail = undefined
      return undefined
    }
    if (pages.length === 0) return then([])
    return read(postman, pages, Infinity, then)
  })
}

function letters(
  { net, newBatch }: Postman,
  user: User,
  account: Account,
  rows: readonly Row[],
  limit: number,
  isMore: boolean,
): Content[] {
  let count = 0
  const talks = [...Map.groupBy(rows, (row) => otherThan(account, row))].flatMap(([id, page]) => {
    const until = account.readMarkers.get(id) ?? 0
    const isNew = (row: Row) => row.peerId === account.id && row.accountId === id && row.at > until
    const mine = page.filter((row) => isNew(row) && mayRead(net, user, row) && isLetter(net, row))
    count += mine.length
    const name = nameOf(net, id)
    const lines = mine.flatMap((row) => played({ net, newBatch }, row, undefined))
    return [
      ...(mine.length === 0 ? [] : batched(lines, newBatch(), "chathistory", name)),
      ...(page.length < limit ? [] : beyond(net, user, name, page, until)),
    ]
  })
  const words = count === 1 ? "One message" : `${count} messages`
  return [
    ...(count === 0 ? [] : [notice(user, `${words} came for you while you were away:`)]),
    ...talks,
    ...(isMore ? [notice(user, "Others may have written, too: HELP CHATHISTORY")] : []),
  ]
}

function otherThan({ id }: Account, { accountId, peerId }: Row): number {
  return (accountId === id ? peerId : accountId) ?? 0
}

// A program would answer to what asks it something, however late, where no batch says that this is history.
function isLetter(net: Network, row: Row): boolean {
  return !holdsCtcp(messageOf(row, net))
}

// By the msgid, since many lines may have come at one time.
function beyond(net: Network, user: User, name: string, [first]: readonly Row[], until: number): Reply[] {
  if (!first || first.at <= until) return []
  const from = `msgid=${msgidOf(net.epochOf(first.seq), first.seq)}`
  return [
    notice(user, `There may be more: CHATHISTORY BEFORE ${name} ${from} ${net.settings.limits.historyPage}`),
  ]
}

function unread(user: User): Reply {
  return notice(user, "What came for you while you were away cannot be read now; it stays where it is")
}

// Without a source, as all PINGs: many a bot knows them by the first letters of the line.
function ping(token: string): Content {
  return { source: undefined, command: "PING", params: [], text: token }
}

function notice({ nick }: User, text: string): Reply {
  return { command: "NOTICE", params: [nick], text }
}
