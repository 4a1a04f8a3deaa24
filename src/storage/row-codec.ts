// A turn's rows as one string for the writer's thread: a string is the cheapest thing to post. Rows are separated by
// NUL; a row is `seq at type channel account body text`, separated by tabs, text last since it alone may hold tabs.

import type { Row } from "../core/seams.ts"

const ROW_END = "\0"

/** An absent id is empty; an absent text is an absent field, since a text may be empty. */
export function encodeRows(rows: readonly Row[]): string {
  let turn = ""
  for (const row of rows) {
    if (turn !== "") turn += ROW_END
    turn += `${row.seq}\t${row.at}\t${row.type}\t${row.channelId ?? ""}\t${row.accountId ?? ""}\t${row.body}`
    if (row.text === null) continue
    if (row.text.includes(ROW_END)) throw new Error(`the text of event ${row.seq} holds a NUL`)
    turn += `\t${row.text}`
  }
  return turn
}

/** Calls `take` for each row of what `encodeRows` made. */
export function decodeRows(turn: string, take: (...columns: RowColumns) => void): void {
  for (const line of turn.split(ROW_END)) {
    const [seq = "", at = "", type = "", channelId = "", accountId = "", ...rest] = line.split("\t", 6)
    const body = rest[0] ?? ""
    const textAt =
      seq.length + at.length + type.length + channelId.length + accountId.length + body.length + 6
    const text = textAt > line.length ? null : line.slice(textAt)
    take(Number(seq), Number(at), type, idOf(channelId), idOf(accountId), body, text)
  }
}

/** The columns of `events`, in their order. */
export type RowColumns = [
  seq: number,
  at: number,
  type: string,
  channelId: number | null,
  accountId: number | null,
  body: string,
  text: string | null,
]

function idOf(text: string): number | null {
  return text === "" ? null : Number(text)
}
