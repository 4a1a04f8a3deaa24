// A turn's rows as one string for the writer's thread: a string is the cheapest thing to post. Rows are separated by
// NUL; a row is `seq at type channel account peer erases body text`, separated by tabs, text last since it alone may
// hold tabs.

import type { Erasure, Row } from "../core/seams.ts"

const ROW_END = "\0"

/** An absent id or erasure is empty; an absent text is an absent field, since a text may be empty. */
export function encodeRows(rows: readonly Row[]): string {
  let turn = ""
  for (const row of rows) {
    if (turn !== "") turn += ROW_END
    const erases = row.erases === undefined ? "" : JSON.stringify(row.erases)
    turn += `${row.seq}\t${row.at}\t${row.type}\t${row.channelId ?? ""}\t${row.accountId ?? ""}\t${row.peerId ?? ""}`
    turn += `\t${erases}\t${row.body}`
    if (row.text === null) continue
    if (row.text.includes(ROW_END)) throw new Error(`the text of event ${row.seq} holds a NUL`)
    turn += `\t${row.text}`
  }
  return turn
}

/** Calls `take` for each row of what `encodeRows` made. */
export function decodeRows(
  turn: string,
  take: (columns: RowColumns, erases: Erasure | undefined) => void,
): void {
  for (const line of turn.split(ROW_END)) {
    const fields = line.split("\t", FIELDS)
    const [
      seq = "",
      at = "",
      type = "",
      channelId = "",
      accountId = "",
      peerId = "",
      erases = "",
      body = "",
    ] = fields
    const textAt = fields.reduce((length, field) => length + field.length + 1, 0)
    const text = textAt > line.length ? null : line.slice(textAt)
    take(
      [Number(seq), Number(at), type, idOf(channelId), idOf(accountId), body, text, idOf(peerId)],
      erases === "" ? undefined : (JSON.parse(erases) as Erasure),
    )
  }
}

/** All but the text. */
const FIELDS = 8

/** The columns of `events`, in their order. */
export type RowColumns = [
  seq: number,
  at: number,
  type: string,
  channelId: number | null,
  accountId: number | null,
  body: string,
  text: string | null,
  peerId: number | null,
]

function idOf(text: string): number | null {
  return text === "" ? null : Number(text)
}
