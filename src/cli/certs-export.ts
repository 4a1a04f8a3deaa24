// chat certs export: somebody's certificate and key in one file, as other programs want them.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assertClientName } from "../authority/hosts.ts"
import { memberOf } from "../authority/issue.ts"
import type { Identity } from "../authority/pkcs12.ts"
import { shellWord, writePrivate } from "../authority/private-file.ts"
import { knownHere, profileNamed, profilesFolder, readProfiles } from "../dial/profiles.ts"
import { EXIT, UserError } from "../user-error.ts"
import { readSecret } from "./secret.ts"
import { authorityFolder } from "./authority-folder.ts"
import { missing, shown } from "./certs-print.ts"
import { cliCommand } from "./command.ts"
import { DATA } from "./data-folder.ts"

interface ExportFlags {
  readonly pem: boolean | undefined
  readonly p12: boolean | undefined
  readonly out: string | undefined
}

export const exported = cliCommand({
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
    const { identity, caPath } =
      name === undefined
        ? identityOn(flags.server ?? "")
        : identityIn(authorityFolder({ data: flags.data }), name)
    const path = await exportIdentity(identity, flags)
    return shown(`made    ${path}\ntrust   ${caPath}, the authority: the other program has to be given it`)
  },
})

/** Writes the file, readable by its owner alone; its path. */
async function exportIdentity(identity: Identity, { pem, p12, out }: ExportFlags): Promise<string> {
  if ((pem === true) === (p12 === true))
    throw new UserError("which kind of file, --pem or --p12?", {
      hint: "WeeChat, irssi and catgirl read --pem; browsers, mail programs and systems import --p12",
      exitCode: EXIT.usage,
    })
  const path = out ?? `${identity.name}-with-key.${pem ? "pem" : "p12"}`
  if (existsSync(path))
    throw new UserError(`${path} is there already and stays as it is`, {
      hint: "name another file with --out, or move it away",
      exitCode: EXIT.usage,
    })
  const { cert, key, ca } = identity
  writePrivate(path, pem ? [cert, key, ca].map(ended).join("") : await sealed(identity))
  return path
}

async function sealed(identity: Identity): Promise<Uint8Array> {
  const password = await readSecret("password for the file")
  if (password === "")
    throw new UserError("a file with a private key in it needs a password", {
      hint: "type one, or pass it on standard input",
      exitCode: EXIT.usage,
    })
  // Imported when needed: few runs do.
  const { pkcs12 } = await import("../authority/pkcs12.ts")
  return pkcs12(identity, password)
}

/** An identity, and where the authority is that other programs are to trust. */
interface Found {
  readonly identity: Identity
  readonly caPath: string
}

/** NAME's, from the authority's folder. */
function identityIn(folder: string, name: string): Found {
  assertClientName(name)
  const stem = join(folder, "clients", name)
  const [cert, key] = [`${stem}.pem`, `${stem}.key`]
  if (!existsSync(cert))
    throw new UserError(`there is no certificate of ${name} in ${folder}`, {
      hint: `make one: chat certs client ${name}`,
      exitCode: EXIT.usage,
    })
  if (!existsSync(key))
    throw new UserError(`${name}'s key is not here: it was made on another computer and stays there`, {
      hint: "on that computer: chat certs export --server NAME --pem",
      exitCode: EXIT.usage,
    })
  const read = (path: string) => readFileSync(path, "utf8")
  const caPath = join(folder, "ca.pem")
  return { identity: { name, cert: read(cert), key: read(key), ca: read(caPath) }, caPath }
}

/** Who this computer is on a server that it knows. */
function identityOn(server: string): Found {
  const profiles = readProfiles(profilesFolder())
  const profile = profileNamed(profiles, server)
  const { cert, key, ca } = profile ?? {}
  if (profile && cert !== undefined && key !== undefined && ca !== undefined) {
    const name = memberOf(cert)?.name ?? profile.server.nick ?? "me"
    return { identity: { name, cert, key, ca }, caPath: join(profile.folder, "ca.pem") }
  }
  const known = knownHere(profiles)
  throw new UserError(
    profile
      ? `this computer has no certificate on ${shellWord(server)}`
      : `no server called ${JSON.stringify(server)} is known here`,
    {
      hint:
        profile || !known
          ? "chat join LINK makes one, with an invitation of its host"
          : `known here: ${known}`,
      exitCode: EXIT.usage,
    },
  )
}

function ended(pem: string): string {
  return `${pem.trim()}\n`
}
