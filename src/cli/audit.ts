// chat admin audit: what the staff did, from the log of a server that runs or not.

import { serverStarted } from "../core/commands/server.ts"
import { actorOf, type StaffActed, staffActed } from "../core/commands/staff-acted.ts"
import type { Stamp } from "../core/event.ts"
import { replay } from "../core/replay.ts"
import { eventOf } from "../core/rows.ts"
import type { Row } from "../core/seams.ts"
import { nearest } from "../nearest.ts"
import { type Act, ACTS } from "../protocol/acts.ts"
import { folded, nickOf } from "../protocol/names.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { DataDirectory } from "../storage/data-directory.ts"
import { saidRows } from "../storage/said-rows.ts"
import { clock, day } from "../terminal/clock.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { limitOf, timeOf } from "./inquiring.ts"
import { readLog } from "./log-reading.ts"
import { table } from "./table.ts"

export interface AuditFlags {
  readonly since: string | undefined
  readonly by: string | undefined
  readonly act: string | undefined
  readonly limit: string | undefined
  readonly json: boolean | undefined
}

type Record = StaffActed & Stamp

const LIMIT_DEFAULT = 50

/** The newest that are asked for, oldest first: a table, or JSON lines. */
export async function showAudit(directory: DataDirectory, flags: AuditFlags): Promise<ExitCode> {
  const act = flags.act === undefined ? undefined : actOf(flags.act)
  const limit = limitOf(flags.limit, LIMIT_DEFAULT, "acts")
  const by = flags.by === undefined ? undefined : folded(flags.by)
  const isWanted = (e: Record) =>
    (act === undefined || e.act === act) && (by === undefined || namesOf(e).includes(by))
  const records = await readRecords(directory, timeOf("since", flags.since))
  const all = records.filter(isWanted)
  const shown = all.slice(-limit)
  if (flags.json) for (const e of shown) process.stdout.write(`${inertJson({ v: 1, ...actObject(e) })}\n`)
  else if (shown.length > 0) process.stdout.write(`${tableOf(shown)}\n`)
  if (all.length === 0) process.stderr.write("chat: nothing was found\n")
  else if (all.length > shown.length)
    process.stderr.write(`chat: the newest ${shown.length} of ${all.length}; --limit N shows more\n`)
  return EXIT.done
}

/** One record, as `chat export` has it too. */
export function actObject(e: Record): Readonly<{ [field: string]: unknown }> {
  const { msgid: id, at, act, target, text: reason, details } = e
  return { type: "act", id, time: serverTime(at), actor: actorOf(e), act, target, reason, details }
}

function readRecords(directory: DataDirectory, since: number | undefined): Promise<Record[]> {
  return readLog(directory, (db, net) => {
    // The runs of the server are in the ids, and nothing else of the state is asked for.
    replay(net, saidRows(db, { types: [serverStarted.type] }))
    const rows: Iterable<Row> = saidRows(db, { types: [staffActed.type], since })
    return [...rows].map((row) => eventOf(row, net) as object as Record)
  })
}

/** By what an actor may be asked for: who has no account, also by the nick. */
function namesOf(e: Record): string[] {
  const actor = actorOf(e)
  return [folded(actor), folded(nickOf(actor))]
}

function actOf(text: string): Act {
  if (Object.hasOwn(ACTS, text)) return text as Act
  const near = nearest(text, Object.keys(ACTS))
  throw new UserError(`there is no act ${JSON.stringify(text)}`, {
    hint: near === undefined ? `one of: ${Object.keys(ACTS).join(", ")}` : `did you mean: --act ${near}`,
    exitCode: EXIT.usage,
  })
}

function tableOf(records: readonly Record[]): string {
  const rows = records.map((e) => [
    `${day(e.at)} ${clock(e.at)}`,
    actorOf(e),
    e.act,
    e.target ?? "",
    e.text ?? "",
    Object.entries(e.details ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  ])
  const cells = rows.map((row) => row.map(printable))
  return table(["when", "who", "act", "whom", "reason", "more"], cells)
}
