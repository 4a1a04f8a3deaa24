// chat certs sign: a certificate for somebody whose key stays where it was made.

import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describeCertificate } from "../authority/describe.ts"
import { loadAuthority } from "../authority/authority-files.ts"
import { assertClientName } from "../authority/hosts.ts"
import { certifyClient } from "../authority/issue.ts"
import type { AskPassphrase } from "../authority/key-encryption.ts"
import { reasonOf, writePublic } from "../authority/private-file.ts"
import { readRequest, type RequestRefusal } from "../authority/request.ts"
import { EXIT, UserError } from "../user-error.ts"
import { missing, printOutcomes } from "./certs-print.ts"
import { authorityFolder, OUT_OR_OWN } from "./authority-folder.ts"
import { cliCommand } from "./command.ts"
import { PASSPHRASE_FILE, passphraseFrom } from "./passphrase.ts"

const WHY: Readonly<Record<RequestRefusal, { says: string; hint: string }>> = {
  malformed: {
    says: "is not a request for a certificate",
    hint: "make one: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -keyout me.key -out me.csr",
  },
  signature: {
    says: "is not signed by the key it is for",
    hint: "ask for it again; it may have been changed on its way",
  },
  key: {
    says: "is for a kind of key that is not taken",
    hint: "use EC P-256 or P-384, Ed25519, or RSA with 3072 bits or more",
  },
}

export const sign = cliCommand({
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

/** Writes `clients/NAME.pem` in the authority's folder, with the key of the request in `file` (PEM or DER). */
async function signRequest(folder: string, name: string, file: string, ask: AskPassphrase) {
  assertClientName(name)
  const authority = await loadAuthority(folder, ask)
  const request = await readRequest(derOf(file))
  if ("refused" in request) {
    const { says, hint } = WHY[request.refused]
    throw new UserError(`${file} ${says}`, { hint, exitCode: EXIT.refusedToStart })
  }
  const path = join(folder, "clients", `${name}.pem`)
  if (existsSync(path.replace(/\.pem$/, ".key")))
    throw new UserError(`${name} has a certificate whose key is here`, {
      hint: `move ${path} and its key away first, or choose another name`,
      exitCode: EXIT.usage,
    })
  const status = existsSync(path) ? "renewed" : "made"
  const { leafPem } = await certifyClient(authority, name, request.publicKey)
  mkdirSync(join(folder, "clients"), { recursive: true, mode: 0o700 })
  writePublic(path, leafPem)
  printOutcomes([{ path, status, certificate: describeCertificate(leafPem) }])
}

const PEM = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END/

function derOf(file: string): Uint8Array {
  try {
    const bytes = readFileSync(file)
    const body = PEM.exec(bytes.toString("latin1"))?.[1]
    return body === undefined ? bytes : Buffer.from(body, "base64")
  } catch (cause) {
    throw new UserError(`cannot read ${file}: ${reasonOf(cause)}`, { exitCode: EXIT.refusedToStart })
  }
}
