// chat certs: the certificate authority by hand. What it writes is described in certs/README.md.

import { readFileSync } from "node:fs"
import { describeChain } from "../authority/describe.ts"
import {
  ensureAuthority,
  ensureClient,
  ensureServer,
  listCertificates,
  loadAuthority,
} from "../authority/folder.ts"
import { EXIT, UserError } from "../user-error.ts"
import {
  connectLine,
  detailsOf,
  printOutcomes,
  printRow,
  printWords,
  serveLine,
  shown,
} from "./certs-print.ts"
import { cliCommand } from "./command.ts"

const OUT = {
  type: "string",
  valueHint: "DIR",
  description: "the authority's folder (default: certs)",
} as const

const init = cliCommand({
  name: "certs init",
  operands: "",
  summary: "make the authority, once; running it again keeps it",
  examples: [
    ["chat certs init", "for this machine, its name and .local"],
    ["chat certs init --host chat.example.org", "and for a server known by that name"],
  ],
  operandsMax: 0,
  flags: {
    out: OUT,
    host: {
      type: "string",
      valueHint: "NAME",
      repeatable: true,
      description: "a host name it may vouch for, besides this machine's; cannot be added later",
    },
    force: {
      type: "boolean",
      description: "make another one: every pin and certificate of the old one ends",
    },
  },
  async run({ flags }) {
    const dir = flags.out ?? "certs"
    const { outcome } = await ensureAuthority(dir, { hosts: flags.host, force: flags.force ?? false })
    printOutcomes([outcome])
    printWords(outcome.certificate)
    return shown(`next: chat certs server${inFolder(flags.out)}`)
  },
})

const server = cliCommand({
  name: "certs server",
  operands: "[HOST]...",
  summary: "make a server's certificate; running it again adds the hosts given",
  examples: [
    ["chat certs server", "for this machine: localhost, its name, its addresses"],
    ["chat certs server chat.example.org 192.168.1.20", "for these and no others"],
  ],
  operandsMax: Number.POSITIVE_INFINITY,
  flags: { out: OUT, force: { type: "boolean", description: "make it anew, for just these hosts" } },
  async run({ flags, positionals }) {
    const dir = flags.out ?? "certs"
    const authority = await loadAuthority(dir)
    printOutcomes([await ensureServer(dir, authority, positionals, { force: flags.force ?? false })])
    return shown(`next: ${serveLine(dir)}`)
  },
})

const client = cliCommand({
  name: "certs client",
  operands: "NAME...",
  summary: "make the certificate that lets NAME in, valid 90 days",
  examples: [["chat certs client alice", "the files to give to alice: alice.pem, alice.key and ca.pem"]],
  operandsMax: Number.POSITIVE_INFINITY,
  flags: { out: OUT, force: { type: "boolean", description: "make it anew, with another key" } },
  async run({ flags, positionals }) {
    const [first] = positionals
    if (first === undefined) throw missing("whose certificate?", "chat certs client alice")
    const dir = flags.out ?? "certs"
    const authority = await loadAuthority(dir)
    for (const name of positionals) {
      printOutcomes([await ensureClient(dir, authority, name, { force: flags.force ?? false })])
    }
    return shown(`next: ${connectLine(dir, first)}`)
  },
})

const show = cliCommand({
  name: "certs show",
  operands: "FILE",
  summary: "say what is in a certificate",
  examples: [["chat certs show certs/ca.pem", "among other things, the six words to compare"]],
  operandsMax: 1,
  flags: {},
  run({ positionals: [path] }) {
    if (path === undefined) throw missing("which file?", "chat certs show certs/ca.pem")
    return shown(describeChain(readCertificates(path), path).map(detailsOf).join("\n\n"))
  },
})

const list = cliCommand({
  name: "certs list",
  operands: "",
  summary: "list the certificates in the folder, with their ends",
  examples: [],
  operandsMax: 0,
  flags: { out: OUT },
  run({ flags }) {
    const certificates = listCertificates(flags.out ?? "certs")
    if (certificates.length === 0)
      throw new UserError(`there is no certificate in ${flags.out ?? "certs"}`, {
        hint: "make an authority: chat certs init",
      })
    for (const { path, certificate } of certificates) printRow(path, certificate)
    return EXIT.done
  },
})

export const certs = cliCommand({
  name: "certs",
  operands: "init | server HOST... | client NAME | show FILE | list",
  summary: "make and show certificates",
  examples: [
    ["chat certs init", "1. an authority, once"],
    ["chat certs server", "2. a certificate for the server on this machine"],
    ["chat certs client alice", "3. one for everybody who may in"],
  ],
  operandsMax: 0,
  flags: {},
  subcommands: [init, server, client, show, list],
  run: () => EXIT.done,
})

function readCertificates(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${(cause as Error).message}`, { exitCode: EXIT.refusedToStart })
  }
}

function missing(question: string, example: string): UserError {
  return new UserError(question, { hint: `for example: ${example}`, exitCode: EXIT.usage })
}

function inFolder(out: string | undefined): string {
  return out === undefined ? "" : ` --out ${out}`
}
