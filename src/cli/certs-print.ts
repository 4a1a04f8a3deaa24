// What `chat certs` and scripts/gen-certs print: a line a certificate, the six words, the next command.

import { existsSync, readFileSync } from "node:fs"
import { isIP } from "node:net"
import { basename, join } from "node:path"
import { describeCertificate, type Description } from "../authority/describe.ts"
import type { Outcome } from "../authority/folder.ts"
import { shellWord } from "../authority/private-file.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { type FolderFlags, inFolder } from "./authority-folder.ts"

const DAY_MS = 86_400_000

/** Prints a text and ends well. */
export function shown(text: string): ExitCode {
  process.stdout.write(`${text}\n`)
  return EXIT.done
}

/** What a command that lacks an operand asks. */
export function missing(question: string, example: string): UserError {
  return new UserError(question, { hint: `for example: ${example}`, exitCode: EXIT.usage })
}

/** One line a certificate: what became of it, where it is, for whom, until when. */
export function printOutcomes(outcomes: readonly Outcome[]): void {
  for (const { status, path, why, certificate } of outcomes) {
    const reason = why === undefined ? "" : ` (${why})`
    shown(`${status.padEnd(8)}${path.padEnd(26)}  ${summaryOf(certificate)}${reason}`)
  }
}

/** One line a certificate for lists; `authority` is the one that ought to have issued it. */
export function printRow(path: string, certificate: Description, authority: Description): void {
  const days = daysLeft(certificate)
  const isOurs = certificate.issuer === authority.subject
  const state = isOurs ? (days < 0 ? "expired" : `${days} days left`) : "of another authority"
  shown(`${path.padEnd(26)}  ${state.padEnd(14)}  ${summaryOf(certificate)}`)
}

export function printWords(authority: Description): void {
  shown(`\nsix words by which others know this authority:\n  ${authority.words}\n`)
}

/** The command that uses the server's certificate; a server finds what is in its own data directory by itself. */
export function serveLine(dir: string, flags: FolderFlags): string {
  if (flags.data !== undefined) return `chat serve${inFolder(flags)}`
  return `chat serve --cert ${shellWord(join(dir, "server.pem"))}`
}

/** The command that uses a client's certificate on this computer, with the server's first host. */
export function connectLine(dir: string, name: string): string {
  const [ca, cert] = [join(dir, "ca.pem"), join(dir, "clients", `${name}.pem`)].map(shellWord)
  return `chat connect ${hostsIn(dir)[0] ?? "localhost"} --ca ${ca} --cert ${cert}`
}

/** What to hand to a new member. The six words stand in for ca.pem, so that they can be compared by voice. */
export function printHandOver(dir: string, name: string, path: string): void {
  const ca = join(dir, "ca.pem")
  const { words } = describeCertificate(readFileSync(ca, "utf8"), ca)
  const key = path.replace(/\.pem$/, ".key")
  shown(`
Give ${name} these two files, by a way that nobody else reads:
  ${path}
  ${key}
and this line:
  chat connect ${outwardHost(hostsIn(dir))} --pin ${words} --cert ${basename(path)}`)
}

/** What others can reach: a name that DNS knows, else an address, else a name of the neighbourhood. */
function outwardHost(hosts: readonly string[]): string {
  const outward = hosts.filter((host) => !/^(localhost|127\..*|::1)$/.test(host))
  const named = outward.find((host) => !isIP(host) && host.includes(".") && !host.endsWith(".local"))
  const address = outward.find((host) => isIP(host) === 4) ?? outward.find((host) => isIP(host))
  return named ?? address ?? outward[0] ?? hosts[0] ?? "HOST"
}

function hostsIn(dir: string): string[] {
  const path = join(dir, "server.pem")
  if (!existsSync(path)) return []
  return describeCertificate(readFileSync(path, "utf8"), path).names.map((name) => name.replace(/^\w+:/, ""))
}

/** Everything about a certificate, a line a fact. The six words are an authority's: nobody compares a leaf's. */
export function detailsOf(certificate: Description): string {
  const days = daysLeft(certificate)
  const facts: [label: string, value: string][] = [
    ["subject", certificate.subject],
    ["issuer", certificate.issuer],
    ["names", certificate.names.join(" ") || "none"],
    ["use", certificate.isAuthority ? "authority" : certificate.usages.join(", ") || "any"],
    ["may sign for", certificate.permitted.join(" ")],
    ["valid from", certificate.notBefore.toISOString()],
    ["valid until", `${certificate.notAfter.toISOString()} (${days < 0 ? "expired" : `${days} days left`})`],
    ["serial", certificate.serial],
    ["SHA-256", certificate.fingerprint],
    ["key's pin", certificate.pin],
    ["six words", certificate.isAuthority ? certificate.words : ""],
  ]
  return facts
    .filter(([, value]) => value !== "")
    .map(([label, value]) => `${label.padEnd(14)}${value}`)
    .join("\n")
}

function summaryOf(certificate: Description): string {
  const who = certificate.isAuthority
    ? certificate.subject.replace(/^CN=/, "")
    : certificate.names.map((name) => name.replace(/^(DNS|IP|URI):/, "")).join(" ")
  return `${who}, until ${certificate.notAfter.toISOString().slice(0, 10)}`
}

function daysLeft(certificate: Description): number {
  return Math.floor((certificate.notAfter.getTime() - Date.now()) / DAY_MS)
}
