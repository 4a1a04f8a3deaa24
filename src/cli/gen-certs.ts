// scripts/gen-certs: all that a server and its first clients need, in one go. The same code as `chat certs`.

import { join, relative } from "node:path"
import { ensureAuthority, ensureClient, ensureServer } from "../authority/folder.ts"
import { assertClientName } from "../authority/hosts.ts"
import { closeData, folderToFill, OUT_OR_DATA } from "./authority-folder.ts"
import { connectLine, printOutcomes, printWords, serveLine, shown } from "./certs-print.ts"
import { cliCommand } from "./command.ts"
import { PASSPHRASE, PASSPHRASE_FILE, secrecyOf } from "./passphrase.ts"
import { runAlone } from "./run.ts"

const genCerts = cliCommand({
  name: "gen-certs",
  program: "scripts/gen-certs",
  operands: "",
  summary: "make an authority, a server's certificate and clients' certificates; keep what is there",
  examples: [
    ["scripts/gen-certs", "for a server on this machine: localhost, its name, its addresses"],
    ["scripts/gen-certs --client alice", "and for a client that may in"],
    ["scripts/gen-certs --host chat.example", "for a server known by this name only"],
  ],
  operandsMax: 0,
  flags: {
    ...OUT_OR_DATA,
    out: { ...OUT_OR_DATA.out, description: "where to write (default: certs/ of this repository)" },
    host: {
      type: "string",
      valueHint: "NAME",
      repeatable: true,
      description: "a host name or address of the server",
    },
    client: {
      type: "string",
      valueHint: "NAME",
      repeatable: true,
      description: "a client: letters, digits, _ and -",
    },
    force: {
      type: "boolean",
      description: "make all anew but the authority (chat certs init --force)",
    },
    passphrase: PASSPHRASE,
    "passphrase-file": PASSPHRASE_FILE,
  },
  async run({ flags }) {
    const own = relative(process.cwd(), join(import.meta.dir, "../../certs")) || "."
    const dir = flags.out === undefined && flags.data === undefined ? own : folderToFill(flags)
    const force = flags.force ?? false
    // A name that cannot be is said before anything is made.
    flags.client.forEach(assertClientName)
    closeData(flags)
    const secrecy = secrecyOf(dir, { ...flags, force: false })
    const { authority, outcome } = await ensureAuthority(dir, { hosts: flags.host, ...secrecy })
    printOutcomes([outcome])
    printOutcomes([await ensureServer(dir, authority, flags.host, { force })])
    for (const name of flags.client) printOutcomes([await ensureClient(dir, authority, name, { force })])
    printWords(outcome.certificate)
    const [client] = flags.client
    return shown(
      client === undefined
        ? `next: ${serveLine(dir, flags)}`
        : `next: ${serveLine(dir, flags)}\nthen: ${connectLine(dir, client)}`,
    )
  },
})

process.exitCode = await runAlone(genCerts, process.argv.slice(2))
