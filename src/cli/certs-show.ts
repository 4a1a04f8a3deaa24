// chat certs show and list: what is in a certificate, and which there are.

import { readFileSync } from "node:fs"
import { describeChain } from "../authority/describe.ts"
import { listCertificates } from "../authority/folder.ts"
import { reasonOf } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import { authorityFolder, OUT_OR_OWN } from "./authority-folder.ts"
import { detailsOf, missing, printRow, shown } from "./certs-print.ts"
import { givenBy } from "./certs-revoke.ts"
import { cliCommand } from "./command.ts"

export const show = cliCommand({
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

export const list = cliCommand({
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

function readCertificates(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${reasonOf(cause)}`, { exitCode: EXIT.refusedToStart })
  }
}
