// chat certs: the certificate authority by hand. What it writes is described in certs/README.md.

import { readFileSync } from "node:fs"
import { loadAuthority } from "../authority/authority-files.ts"
import { describeChain } from "../authority/describe.ts"
import {
  ensureAuthority,
  ensureClient,
  ensureServer,
  listCertificates,
  renewAuthorityIn,
} from "../authority/folder.ts"
import { assertClientName } from "../authority/hosts.ts"
import { reasonOf } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import {
  detailsOf,
  printHandOver,
  printOutcomes,
  printRow,
  printWords,
  serveLine,
  shown,
} from "./certs-print.ts"
import {
  authorityFolder,
  closeData,
  type FolderFlags,
  folderToFill,
  inFolder,
  OUT_OR_DATA,
  OUT_OR_OWN,
} from "./authority-folder.ts"
import { crl } from "./certs-crl.ts"
import { exportIdentity, identityIn, identityOn } from "./certs-export.ts"
import { passphrase, unlock } from "./certs-passphrase.ts"
import { devices, givenBy, revoke } from "./certs-revoke.ts"
import { signRequest } from "./certs-sign.ts"
import { cliCommand } from "./command.ts"
import { DATA } from "./data-folder.ts"
import { PASSPHRASE, PASSPHRASE_FILE, passphraseFrom, secrecyOf } from "./passphrase.ts"

const init = cliCommand({
  name: "certs init",
  operands: "",
  summary: "make the authority and the server's certificate; running it again keeps them",
  examples: [
    ["chat certs init", "for this machine: localhost, its name, its addresses"],
    ["chat certs init --host chat.example.org", "for a server known by this name only"],
    ["chat certs init --passphrase", "its key is of no use to who finds the file"],
  ],
  operandsMax: 0,
  flags: {
    ...OUT_OR_DATA,
    host: {
      type: "string",
      valueHint: "NAME",
      repeatable: true,
      description: "the server's name or address; a new name cannot be vouched for later",
    },
    passphrase: PASSPHRASE,
    "passphrase-file": PASSPHRASE_FILE,
    force: {
      type: "boolean",
      description: "make another one: every pin and certificate of the old one ends; a copy of it is kept",
    },
  },
  async run({ flags }) {
    const dir = folderToFill(flags)
    closeData(flags)
    const force = flags.force ?? false
    const { authority, outcome } = await ensureAuthority(dir, {
      hosts: flags.host,
      force,
      ...secrecyOf(dir, flags),
    })
    printOutcomes([outcome, await ensureServer(dir, authority, flags.host, { force })])
    printWords(outcome.certificate)
    return shown(`next: ${nextServe(dir, flags)}\nthen: chat certs client NAME${inFolder(flags)}`)
  },
})

const renewCa = cliCommand({
  name: "certs renew-ca",
  operands: "",
  summary: "make the authority's certificate anew, for ten more years; its key and its six words stay",
  examples: [["chat certs renew-ca", "whoever knows the authority goes on to know it"]],
  operandsMax: 0,
  flags: { ...OUT_OR_OWN, "passphrase-file": PASSPHRASE_FILE },
  async run({ flags }) {
    const ask = passphraseFrom(flags["passphrase-file"])
    const outcome = await renewAuthorityIn(authorityFolder(flags), { ask })
    printOutcomes([outcome])
    printWords(outcome.certificate)
    return shown("next, if a server runs: chat admin reload")
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
  flags: {
    ...OUT_OR_DATA,
    force: { type: "boolean", description: "make it anew, for just these hosts" },
    "passphrase-file": PASSPHRASE_FILE,
  },
  async run({ flags, positionals }) {
    const dir = folderToFill(flags)
    const authority = await loadAuthority(dir, passphraseFrom(flags["passphrase-file"]))
    printOutcomes([await ensureServer(dir, authority, positionals, { force: flags.force ?? false })])
    return shown(`next: ${nextServe(dir, flags)}`)
  },
})

const client = cliCommand({
  name: "certs client",
  operands: "NAME...",
  summary: "make the certificate that lets NAME in, valid 90 days",
  examples: [["chat certs client alice", "the files for alice, and the line that she connects with"]],
  operandsMax: Number.POSITIVE_INFINITY,
  flags: {
    ...OUT_OR_OWN,
    force: { type: "boolean", description: "make it anew, with another key" },
    "passphrase-file": PASSPHRASE_FILE,
  },
  async run({ flags, positionals }) {
    if (positionals.length === 0) throw missing("whose certificate?", "chat certs client alice")
    const folder = authorityFolder(flags)
    positionals.forEach(assertClientName)
    const authority = await loadAuthority(folder, passphraseFrom(flags["passphrase-file"]))
    for (const name of positionals) {
      const force = flags.force ?? false
      const outcome = await ensureClient(flags.out ?? folder, authority, name, { force })
      printOutcomes([outcome])
      printHandOver(folder, name, outcome.path)
    }
    return EXIT.done
  },
})

const sign = cliCommand({
  name: "certs sign",
  operands: "NAME FILE",
  summary: "sign NAME's request for a certificate: the key stays where it was made",
  examples: [["chat certs sign alice alice.csr", "the request may ask for anything; only its key counts"]],
  operandsMax: 2,
  flags: { ...OUT_OR_OWN, "passphrase-file": PASSPHRASE_FILE },
  async run({ flags, positionals: [name, file] }) {
    if (name === undefined || file === undefined)
      throw missing("whose request, and in which file?", "chat certs sign alice alice.csr")
    await signRequest(authorityFolder(flags), name, file, passphraseFrom(flags["passphrase-file"]))
    return EXIT.done
  },
})

const exported = cliCommand({
  name: "certs export",
  operands: "[NAME]",
  summary: "write a certificate with its key and its authority into one file, for other programs",
  examples: [
    ["chat certs export alice --pem", "for WeeChat, irssi and catgirl"],
    [
      "chat certs export alice --p12 --out alice.p12",
      "encrypted; the password is asked for, or read from standard input",
    ],
    ["chat certs export --server lab.local --pem", "what this computer is on that server"],
  ],
  operandsMax: 1,
  flags: {
    pem: { type: "boolean", description: "the certificate, its key, the authority: not encrypted" },
    p12: { type: "boolean", description: "PKCS#12, encrypted with a password" },
    out: {
      type: "string",
      valueHint: "FILE",
      description: "default: NAME-with-key.pem or NAME-with-key.p12",
    },
    server: {
      type: "string",
      valueHint: "NAME",
      description: "a server that this computer knows, in place of NAME",
    },
    data: DATA,
  },
  async run({ flags, positionals: [name] }) {
    if ((name === undefined) === (flags.server === undefined))
      throw missing("whose certificate, NAME's or that of this computer?", "chat certs export alice --pem")
    const identity =
      name === undefined
        ? identityOn(flags.server ?? "")
        : identityIn(authorityFolder({ data: flags.data }), name)
    return shown(`made    ${await exportIdentity(identity, flags)}`)
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
  summary:
    "list the certificates in the folder, and those that a running server has given with its authority",
  examples: [],
  operandsMax: 0,
  flags: OUT_OR_OWN,
  async run({ flags }) {
    const folder = authorityFolder(flags)
    const certificates = listCertificates(folder)
    const [first] = certificates
    if (!first)
      throw new UserError(`there is no certificate in ${folder}`, {
        hint: "make an authority: chat certs init",
      })
    for (const { path, certificate } of certificates) printRow(path, certificate, first.certificate)
    const given = await givenBy(first.certificate.pin, flags.data)
    if (given !== undefined) process.stdout.write(`\n${given}\n`)
    return EXIT.done
  },
})

export const certs = cliCommand({
  name: "certs",
  operands:
    "init | renew-ca | server HOST... | client NAME | sign NAME FILE | export NAME | show FILE | list | revoke NAME | devices | crl | passphrase | unlock",
  summary: "make and show certificates",
  examples: [
    ["chat certs init", "once: the authority, and the server's certificate"],
    ["chat certs client alice", "for everybody who may in"],
  ],
  operandsMax: 0,
  flags: {},
  subcommands: [
    init,
    renewCa,
    server,
    client,
    sign,
    exported,
    show,
    list,
    revoke,
    devices,
    crl,
    passphrase,
    unlock,
  ],
  run: () => EXIT.done,
})

function readCertificates(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${reasonOf(cause)}`, { exitCode: EXIT.refusedToStart })
  }
}

function missing(question: string, example: string): UserError {
  return new UserError(question, { hint: `for example: ${example}`, exitCode: EXIT.usage })
}

/** A server finds what is in its own data directory by itself. */
function nextServe(dir: string, flags: FolderFlags): string {
  return flags.data === undefined ? serveLine(dir) : `chat serve${inFolder(flags)}`
}
