// Events as rows of the log, and back.

import { msgidOf } from "../protocol/msgid.ts"
import type { Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import type { Row } from "./seams.ts"
import type { User, UserId } from "./user.ts"

/** The row of an event; text and `peer`, whom it is for alone, stand in columns of their own. */
export function rowOf(
  type: string,
  fact: object,
  stamp: Stamp,
  by: User | undefined,
  channelId: number | null,
): Row {
  const { text, peer, ...rest } = fact as { text?: string; peer?: number }
  const { by: userId, source, account, bot } = stamp
  return {
    seq: stamp.seq,
    at: stamp.at,
    type,
    channelId,
    accountId: by?.account?.id ?? (peer === undefined ? null : (by?.id ?? null)),
    peerId: peer ?? null,
    text: text ?? null,
    body: JSON.stringify({ by: userId, source, account, bot, ...rest }),
  }
}

/** The event a row was made from. */
export function eventOf(row: Row, net: Network): Stamp & { type: string; text?: string; by?: UserId } {
  return {
    ...(JSON.parse(row.body) as { source: string }),
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.peerId === null ? {} : { peer: row.peerId }),
    type: row.type,
    seq: row.seq,
    at: row.at,
    msgid: msgidOf(net.epochOf(row.seq), row.seq),
  }
}
