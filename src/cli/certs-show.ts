// chat certs show and list: what is in a certificate, and which there are.

import { readFileSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { describeChain } from "../authority/describe.ts"
import { listCertificates } from "../authority/folder.ts"
import { reasonOf } from "../authority/private-file.ts"
import { EXIT, UserError } from "../user-error.ts"
import { authorityFolder, type FolderFlags, OUT_OR_OWN } from "./authority-folder.ts"
import { detailsOf, printRow, shown } from "./certs-print.ts"
import { givenBy } from "./certs-revoke.ts"
import { cliCommand } from "./command.ts"

export const show = cliCommand({
  name: "certs show",
  operands: "[FILE]",
  summary: "say what is in a certificate; without FILE in the authority's",
  examples: [
    ["chat certs show", "the authority's: among other things, the six words to compare"],
    ["chat certs show certs/server.pem", "any other"],
    ["chat certs show clients/alice.pem --data DIR", "one of the server that keeps its data there"],
  ],
  operandsMax: 1,
  flags: OUT_OR_OWN,
  run({ flags, positionals: [file] }) {
    const path = fileMeant(flags, file)
    return shown(describeChain(readCertificates(path), path).map(detailsOf).join("\n\n"))
  },
})

/** In the authority's folder, where one is named or no file is. */
function fileMeant(flags: FolderFlags, file: string | undefined): string {
  const isNamed = flags.out !== undefined || flags.data !== undefined
  if (file !== undefined && (!isNamed || isAbsolute(file))) return file
  return join(authorityFolder(flags), file ?? "ca.pem")
}

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
