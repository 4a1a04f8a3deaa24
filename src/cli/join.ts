// chat join: from an invitation to the chat. The server is believed by the invitation's pin before anything is sent; the key is
// made here and stays here.

import { existsSync, readFileSync, rmSync } from "node:fs"
import { hostname } from "node:os"
import { join as pathOf } from "node:path"
import { X509Certificate } from "node:crypto"
import { type Invitation, parseLink } from "../authority/invitation.ts"
import { memberOf } from "../authority/issue.ts"
import { importKeyPair, type KeyPair, makeKeyPair } from "../authority/keys.ts"
import { pinOfKey, sixWords } from "../authority/pin.ts"
import { privateFolder, writePrivate } from "../authority/private-file.ts"
import { makeRequest } from "../authority/request.ts"
import { type Address, formatAddress, parseAddress } from "../dial/address.ts"
import { type Enrolled, enrol } from "../dial/enrol.ts"
import { type Profile, profileFolder, profilesFolder, readProfiles, saveProfile } from "../dial/profiles.ts"
import { pinned } from "../dial/trust.ts"
import { day } from "../terminal/clock.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { CHAT_FLAGS, openChat } from "./connect.ts"
import { isTarget } from "./dialling.ts"
import { patience } from "./join-wait.ts"
import { readPasted } from "./secret.ts"

export const join = cliCommand({
  name: "join",
  operands: "[LINK|-]",
  summary: "join a server with the line that its host gave you, and open the chat",
  examples: [
    ["chat join chat://lab.local:6697/#v1.…", "makes your key, asks for your certificate, and you are in"],
    ["chat join", "asks for the line, and does not show it"],
    ["pbpaste | chat join -", "takes it from a pipe"],
  ],
  flags: {
    ...CHAT_FLAGS,
    replace: { type: "boolean", description: "even if this computer is somebody on that server already" },
  },
  operandsMax: 1,
  async run({ flags, positionals: [given] }): Promise<ExitCode> {
    const link = given === undefined || given === "-" ? await readPasted("invitation") : given
    const invitation = parseLink(link)
    const address = parseAddress(invitation.address)
    const known = readProfiles(profilesFolder()).find(({ server }) => server.pin === invitation.pin)
    if (known?.cert !== undefined && !flags.replace) throw alreadyHere(known)
    const tick = flags.ascii ? "*" : "✓"
    const say = (text: string) => process.stderr.write(`  ${tick} ${text}\n`)
    const ca = await pinned(address, invitation.pin, "invited")
    say(`this is the server that you were invited to:\n    ${sixWords(ca).replaceAll("-", " ")}`)
    const { cert, name } = await become(invitation, address, ca, known)
    say(`you are ${name}: your key was made on this computer and stays here`)
    say(`your certificate is valid until ${day(new X509Certificate(cert).validToDate.getTime())}`)
    return openChat({
      flags: {
        ...flags,
        join: [],
        nick: undefined,
        ca: undefined,
        pin: undefined,
        cert: undefined,
        key: undefined,
        sasl: undefined,
        "password-file": undefined,
        "allow-weaker-login": undefined,
      },
      positionals: [formatAddress(address)],
    })
  },
})

/** Asks for the certificate and keeps it as this server's profile. */
async function become(invitation: Invitation, address: Address, ca: string, known: Profile | undefined) {
  const { pin, id } = invitation
  const host = formatAddress(address)
  const hosts = [...new Set([host, ...(known?.server.hosts ?? [])])]
  // Kept until there is a certificate: if the answer is lost, the same key gets it a second time, and no other does.
  const pending = pathOf(profileFolder(profilesFolder(), { pin, hosts }), `joining-${id}.key`)
  const keys = await keysIn(pending)
  const request = await makeRequest(keys)
  const enrolment = { request, keyPem: keys.pem, device: hostname() }
  const { wait, end } = patience(sixWords(pinOfKey(keys.pem)), process)
  const enrolled = await enrol(address, ca, invitation, enrolment, wait).finally(end)
  const name = memberOf(enrolled.cert)?.name ?? ""
  saveProfile(profilesFolder(), serverOf(enrolled, { pin, hosts, name }, known), {
    ca,
    cert: enrolled.cert,
    key: keys.pem,
  })
  rmSync(pending, { force: true })
  return { cert: enrolled.cert, name }
}

async function keysIn(path: string): Promise<KeyPair> {
  if (existsSync(path)) return importKeyPair(readFileSync(path, "utf8"), path)
  const keys = await makeKeyPair()
  privateFolder(pathOf(path, ".."))
  writePrivate(path, keys.pem)
  return keys
}

function serverOf(
  { channels }: Enrolled,
  { pin, hosts, name }: { pin: string; hosts: string[]; name: string },
  known: Profile | undefined,
) {
  const now = new Date().toISOString()
  return {
    v: 1 as const,
    pin,
    name: known?.server.name ?? hosts[0] ?? "",
    hosts,
    nick: name,
    channels: [...new Set([...(known?.server.channels ?? []), ...channels.filter(isTarget)])],
    since: known?.server.since ?? now,
    lastUsed: now,
  }
}

function alreadyHere({ server, cert }: Profile): UserError {
  const name = (cert && memberOf(cert)?.name) ?? server.nick ?? "somebody"
  return new UserError(`this computer is ${name} on that server already`, {
    hint: `chat connect ${server.hosts[0] ?? ""} opens the chat; chat join --replace LINK becomes who was invited`,
    exitCode: EXIT.usage,
  })
}
