// A server's log in which much is said and much is erased, for tests that kill it. What it says on standard output:
// `ack SEQ` for each durable turn, and before it what that turn erased: `gone SEQ` or `account ID through SEQ`.
// Argument: data directory.

import { writeSync } from "node:fs"
import type { Erasure, Row } from "../../src/core/seams.ts"
import { openSqliteLog } from "../../src/storage/sqlite-log.ts"
import { row } from "./rows.ts"

const ACCOUNTS = 4
const [directory = ""] = process.argv.slice(2)
const log = openSqliteLog(directory)
let seq = log.nextSeq

const say = (line: string) => writeSync(1, `${line}\n`)
next()

function next(): void {
  const rows = Array.from({ length: 20 }, () => message())
  const erases = erasure()
  if (erases) rows.push({ ...message(), type: "messageRedacted", text: null, erases })
  log.append(rows, () => {
    if (erases) say("seq" in erases ? `gone ${erases.seq}` : `account ${erases.accountId} through ${seq - 1}`)
    say(`ack ${seq - 1}`)
    next()
  })
}

function message(): Row {
  const accountId = 1 + (seq % ACCOUNTS)
  return row(seq++, {
    accountId,
    channelId: 1 + (seq % 3),
    text: `⟨${seq - 1}⟩ said ${"so ".repeat(seq % 80)}`,
  })
}

function erasure(): Erasure | undefined {
  if (seq % 37 === 0) return { accountId: 1 + (seq % ACCOUNTS), types: ["messageSent"] }
  return seq > 50 && seq % 2 === 0 ? { seq: seq - (seq % 50) } : undefined
}
