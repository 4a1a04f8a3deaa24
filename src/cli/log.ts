// The server's log: lines for people, or JSON lines for programs. Whatever came from outside is made printable first.

import { createConsola } from "consola"
import type { LogEntry, Logger } from "../core/seams.ts"
import { inertJson, printable } from "../protocol/printable.ts"

export type LogFormat = "pretty" | "json"

/** Takes over the writing of lines, so that they do not run into what is being typed. */
export type LineWriter = (line: string) => void

export interface ServerLog {
  readonly logger: Logger
  onLine(write: LineWriter): void
}

export function createLog({ format }: { format: LogFormat }): ServerLog {
  let write: LineWriter = (line) => void process.stdout.write(`${line}\n`)
  const consola = createConsola({
    level: 3,
    reporters: [{ log: ({ args }) => write(String(args[0])) }],
    // A flood of equal lines is a fact worth seeing as it is.
    throttle: 0,
  })
  const show = format === "json" ? asJson : asText
  return {
    logger: (entry) => consola[entry.level](show(clean(entry), new Date())),
    onLine: (writer) => void (write = writer),
  }
}

function clean(entry: LogEntry): LogEntry {
  const fields = Object.entries(entry).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    fields.map(([key, value]) => [key, typeof value === "string" ? oneLine(value) : value]),
  ) as LogEntry
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, " | "))
}

function asJson({ level, what, ...fields }: LogEntry, at: Date): string {
  return inertJson({ v: 1, time: at.toISOString(), level, what, ...fields })
}

/** `15:00:02 alice connected  address 192.0.2.1  tls TLSv1.3`. */
function asText({ level, what, ...fields }: LogEntry, at: Date): string {
  const { nick, ...rest } = fields
  const who = nick === undefined || nick === "*" ? "" : `${nick} `
  const facts = Object.entries(rest).map(([key, value]) => `  ${key} ${value}`)
  const mark = level === "info" ? "" : level === "warn" ? "! " : "ERROR "
  return `  ${at.toTimeString().slice(0, 8)} ${mark}${who}${what}${facts.join("")}`
}
