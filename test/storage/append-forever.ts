// A server's log and nothing else, for tests that kill it: appends rows for ever and says on standard output what a
// server would tell its users. `epoch N`, then `ack SEQ` for each durable turn, `readonly true|false`, `broken WHY`.
// Arguments: data directory, bytes of text a row.

import { writeSync } from "node:fs"
import type { Row } from "../../src/core/seams.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { row, textOf } from "./rows.ts"

const [directory = "", textBytes = "100"] = process.argv.slice(2)
const log = openSqliteLog(directory)
let seq = log.nextSeq

// A write that is not buffered: what was said was said, whenever the process is killed.
const say = (line: string) => writeSync(1, `${line}\n`)
log.onReadOnly = (readOnly) => say(`readonly ${readOnly}`)
log.onBroken = (error) => {
  say(`broken ${error.message}`)
  process.exit(1)
}
say(`epoch ${log.epoch}`)
next()

function next(): void {
  const rows: Row[] = [newRow(), newRow()]
  log.append(rows, () => {
    say(`ack ${seq - 1}`)
    next()
  })
}

function newRow(): Row {
  const text = textOf(seq)
  return row(seq++, { text: text.padEnd(Number(textBytes), ".") })
}
