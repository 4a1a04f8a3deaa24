// What the log costs: commits a second, latency as the caller sees it, and CPU a turn on the main thread and in all,
// at 1, 10 and 100 rows a turn. `bun bench/log.ts [directory]`; the directory's disk is what is measured.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Log, Row } from "../src/core/seams.ts"
import { openSqliteLog } from "../src/storage/sqlite-log.ts"

const PHASE_MS = 4000
const TEXT = "x".repeat(120)
const BODY = JSON.stringify({ nick: "alice", user: "alice", host: "k3f9.cloak", msgid: "0001000000abcd" })

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), "chat-bench-"))
const log = openSqliteLog(directory)
let seq = log.nextSeq
try {
  await phase(log, 10, 1000)
  console.log("rows/turn  turns/s   rows/s   p50 ms   p99 ms   max ms  main us/turn  all us/turn")
  for (const rows of [1, 10, 100]) console.log(await phase(log, rows, PHASE_MS))
} finally {
  await log.close()
  rmSync(directory, { recursive: true })
}

async function phase(target: Log, rows: number, phaseMs: number): Promise<string> {
  const tookMs: number[] = []
  const cpuBefore = process.cpuUsage()
  const mainBefore = process.threadCpuUsage()
  const start = performance.now()
  while (performance.now() - start < phaseMs) tookMs.push(await turn(target, rows))
  const seconds = (performance.now() - start) / 1000
  const main = process.threadCpuUsage(mainBefore)
  const all = process.cpuUsage(cpuBefore)
  const turns = tookMs.length
  tookMs.sort((a, b) => a - b)
  const at = (part: number) => (tookMs[Math.min(turns - 1, Math.floor(part * turns))] ?? 0).toFixed(2)
  const perTurn = (cpu: { user: number; system: number }) => ((cpu.user + cpu.system) / turns).toFixed(1)
  const columns = [
    rows,
    (turns / seconds).toFixed(0),
    ((turns * rows) / seconds).toFixed(0),
    at(0.5),
    at(0.99),
    at(1),
  ]
  return [...columns, perTurn(main), perTurn(all)].map((column) => String(column).padStart(9)).join("")
}

function turn(target: Log, rows: number): Promise<number> {
  const batch: Row[] = Array.from({ length: rows }, () => ({
    seq: seq++,
    at: Date.now(),
    type: "messageSent",
    channelId: seq % 20,
    accountId: 7,
    peerId: null,
    body: BODY,
    text: TEXT,
  }))
  const before = performance.now()
  return new Promise((resolve) => target.append(batch, () => resolve(performance.now() - before)))
}
