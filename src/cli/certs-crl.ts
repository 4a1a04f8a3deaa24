// chat certs crl: the list of certificates that were taken back, as the running server signs it now.

import { writePublic } from "../authority/private-file.ts"
import { printable } from "../protocol/printable.ts"
import { askAdmin } from "../server/admin-client.ts"
import { EXIT, UserError } from "../user-error.ts"
import { shown } from "./certs-print.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"
import { pemOfList } from "./revocation-file.ts"

export const crl = cliCommand({
  name: "certs crl",
  operands: "",
  summary: "write the list of certificates that were taken back (CRL), for other programs",
  examples: [
    ["chat certs crl --out crl.der", "in DER"],
    ["chat certs crl --pem | openssl crl -noout -text", "what is in it"],
  ],
  operandsMax: 0,
  flags: {
    out: { type: "string", valueHint: "FILE", description: "default: standard output" },
    pem: { type: "boolean", description: "in PEM" },
    data: DATA,
  },
  async run({ flags }) {
    if (flags.out === undefined && !flags.pem && process.stdout.isTTY)
      throw new UserError("DER is nothing for a terminal", {
        hint: "name a file with --out, or ask for --pem",
        exitCode: EXIT.usage,
      })
    const { adminSocket } = dataFolder(flags.data)
    const answer = await askAdmin(adminSocket, { do: "crl" })
    if (!answer.ok) throw new UserError(printable((answer as { error: string }).error))
    const der = Buffer.from(String(answer["der"]), "base64")
    const list = flags.pem ? pemOfList(der) : der
    if (flags.out === undefined) {
      process.stdout.write(list)
      return EXIT.done
    }
    writePublic(flags.out, list)
    return shown(`made    ${flags.out}`)
  },
})
