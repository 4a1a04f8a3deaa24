// chat certs init, renew-ca, server and client: makes the authority, and certificates with it.

import { loadAuthority } from "../authority/authority-files.ts"
import { ensureAuthority, ensureClient, ensureServer, renewAuthorityIn } from "../authority/folder.ts"
import { assertClientName } from "../authority/hosts.ts"
import { EXIT } from "../user-error.ts"
import {
  authorityFolder,
  closeData,
  folderToFill,
  inFolder,
  OUT_OR_DATA,
  OUT_OR_OWN,
} from "./authority-folder.ts"
import { missing, printHandOver, printOutcomes, printWords, serveLine, shown } from "./certs-print.ts"
import { cliCommand } from "./command.ts"
import { PASSPHRASE, PASSPHRASE_FILE, passphraseFrom, secrecyOf } from "./passphrase.ts"

export const init = cliCommand({
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
    return shown(`next: ${serveLine(dir, flags)}\nthen: chat certs client NAME${inFolder(flags)}`)
  },
})

export const renewCa = cliCommand({
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

export const server = cliCommand({
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
    return shown(`next: ${serveLine(dir, flags)}`)
  },
})

export const client = cliCommand({
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
