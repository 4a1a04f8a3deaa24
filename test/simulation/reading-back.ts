// Who pages through a conversation, from its end or from its beginning, reads all of it, once each and in its order.

import { messageOf, messageSent } from "../../src/core/commands/message-sent.ts"
import { linesOf } from "../../src/core/multiline.ts"
import type { Network } from "../../src/core/network.ts"
import type { Conversation, Row } from "../../src/core/seams.ts"
import { correspondentId, type User } from "../../src/core/user.ts"
import type { Message } from "../../src/protocol/message.ts"
import { belongs } from "../../src/storage/plain-reading.ts"
import type { Random } from "../support/random.ts"

/** Sends a line, and gives back what of history was heard for it. */
export type Ask = (line: string) => readonly Message[]

/** A conversation as `user` may read it: the texts of all its lines that are not blank. */
export interface Readable {
  readonly user: User
  readonly name: string
  readonly texts: readonly string[]
}

/** What there is to read for `user`, from the log alone. */
export function readables(rows: readonly Row[], net: Network, user: User): Readable[] {
  const isFromJoin = net.settings.historyFrom === "join"
  const own = correspondentId(user)
  const channels = [...user.channels].map(([{ name, id }, { joined }]) =>
    readable(name, { channelId: id }, isFromJoin ? joined.seq : 0),
  )
  const others = [...net.users.values()]
  const talks = others.map((other) => readable(other.nick, { accountIds: [own, correspondentId(other)] }))
  return [...channels, ...talks].filter(({ texts }) => texts.length > 0)

  function readable(name: string, of: Conversation, after = 0) {
    const said = rows.filter(
      (row) => row.type === messageSent.type && row.text !== null && row.seq > after && belongs(row, of),
    )
    return { user, name, texts: said.flatMap((row) => textsOf(row, net)) }
  }
}

/** Throws where something is missing, there twice, or what nobody said. */
export function checkReadingBack({ user, name, texts }: Readable, limit: number, random: Random, ask: Ask) {
  const read = random.chance(0.5) ? forwards(name, limit, ask) : backwards(name, limit, ask)
  const lines = read.flatMap((page) => page.filter(({ command }) => SAID.has(command)))
  const [was, is] = [texts, lines.map(({ params }) => params[1]).filter((text) => text !== "")].map(String)
  if (was !== is) throw new Error(`${user.nick} reads in ${name}\n${is}\nand not\n${was}`)
}

/** More than a simulation fills. */
const PAGES_MAX = 1000
const SAID: ReadonlySet<string> = new Set(["PRIVMSG", "NOTICE"])

function forwards(name: string, limit: number, ask: Ask): (readonly Message[])[] {
  const pages = [ask(`CHATHISTORY AFTER ${name} timestamp=1970-01-01T00:00:00.000Z ${limit}`)]
  for (let page = pages[0]; page?.length && pages.length < PAGES_MAX; pages.push(page))
    page = ask(`CHATHISTORY AFTER ${name} msgid=${msgidsOf(page).at(-1)} ${limit}`)
  return pages
}

function backwards(name: string, limit: number, ask: Ask): (readonly Message[])[] {
  const pages = [ask(`CHATHISTORY LATEST ${name} * ${limit}`)]
  for (let page = pages[0]; page?.length && pages.length < PAGES_MAX; pages.unshift(page))
    page = ask(`CHATHISTORY BEFORE ${name} msgid=${msgidsOf(page)[0]} ${limit}`)
  return pages
}

function msgidsOf(page: readonly Message[]): string[] {
  return page.flatMap(({ tags }) => tags.get("msgid") ?? [])
}

export function textsOf(row: Row, net: Network): string[] {
  const { text, cuts = [] } = messageOf(row, net)
  return linesOf({ text, cuts })
    .map((line) => line.text)
    .filter((line) => line !== "")
}
