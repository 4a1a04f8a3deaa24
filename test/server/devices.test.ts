// A member looks after the devices of their own account, and an operator after everybody's, over IRC.

import { expect, test } from "bun:test"
import { type Invitation, parseLink } from "../../src/authority/invitation.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { enrol } from "../../src/dial/enrol.ts"
import type { Invited } from "../../src/server/invitations.ts"
import { EXIT, UserError } from "../../src/user-error.ts"
import type { CertificateFiles } from "../support/certificates.ts"
import type { Irc } from "../support/irc.ts"
import { type Serving, serving } from "./serving.ts"

const MEMBERS = '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\n'

async function joined(serve: Serving, invitation: Invitation, device: string): Promise<CertificateFiles> {
  const keys = await makeKeyPair()
  const enrolment = { request: await makeRequest(keys), keyPem: keys.pem, device }
  const address = { host: "127.0.0.1", port: serve.port }
  const { cert } = await enrol(address, serve.authority.caPem, invitation, enrolment)
  return { certPem: cert, keyPem: keys.pem, certPath: "", keyPath: "" }
}

async function invited(serve: Serving, name: string, device: string): Promise<CertificateFiles> {
  const wanted = { name, channels: [], ttlMs: 60_000, uses: 1 }
  const made = (await serve.server.administration.invitations.make(wanted)) as Invited
  return joined(serve, { ...made, address: "" }, device)
}

async function login(serve: Serving, certificate: CertificateFiles, nick: string): Promise<Irc> {
  const irc = await serve.connect(certificate)
  irc.send("CAP REQ standard-replies", `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END")
  await irc.expect(/ 422 /)
  return irc
}

/** The names of the devices that one is told. */
async function devices(irc: Irc): Promise<string[]> {
  irc.send("DEVICE LIST")
  const names: string[] = []
  for (;;) {
    const line = await irc.expect(/ NOTE DEVICE (?:DEVICE|END_OF_DEVICES) /)
    if (line.includes("END_OF_DEVICES")) return names
    names.push(line.replace(/^.* (\S+) :/, "$1 "))
  }
}

test("a member makes a line for another device, which works once; and takes it back within a second", async () => {
  await using serve = await serving(MEMBERS)
  const alice = await login(serve, await invited(serve, "alice", "laptop"), "alice")
  const bob = await login(serve, await invited(serve, "bob", "tablet"), "bob")
  alice.send("JOIN #lab", "DEVICE ADD")
  const line = await alice.expect(/ NOTE DEVICE INVITATION /)
  const invitation = parseLink(line.slice(line.indexOf("chat://")))
  expect(invitation.address).toBe(`127.0.0.1:${serve.port}`)
  expect(serve.server.administration.invitations.list()).toMatchObject([
    { account: "alice", channels: ["#lab"], usesLeft: 1 },
  ])
  const phone = await login(serve, await joined(serve, invitation, "phone"), "al")
  const again = await joined(serve, invitation, "thief").catch((error: unknown) => error)
  expect((again as UserError).exitCode).toBe(EXIT.invitation)
  await alice.expect(/ NOTE DEVICE ADDED \w+ :phone$/)
  expect(await devices(alice)).toEqual(["this laptop", "online phone"])
  expect(await devices(phone)).toEqual(["online laptop", "this phone"])
  expect(await devices(bob)).toEqual(["this tablet"])
  bob.send("DEVICE REMOVE phone")
  await bob.expect(/ FAIL DEVICE NO_SUCH_DEVICE REMOVE phone :You have no such device; there are tablet$/)
  const begun = performance.now()
  alice.send("DEVICE REMOVE phone")
  await phone.expect(/^ERROR :CERT_REVOKED your certificate was revoked: removed by yourself$/)
  await phone.closed
  expect(performance.now() - begun).toBeLessThan(1000)
  await alice.expect(/ NOTE DEVICE REMOVED phone :It comes in no more; connections closed: 1$/)
  expect(await devices(alice)).toEqual(["this laptop"])
  expect(JSON.stringify(serve.entries)).not.toContain(invitation.secret)
})

test("with a device goes the line that it may have made for another", async () => {
  await using serve = await serving(MEMBERS)
  const alice = await login(serve, await invited(serve, "alice", "laptop"), "alice")
  alice.send("DEVICE ADD")
  const line = await alice.expect(/ NOTE DEVICE INVITATION /)
  const { revocations } = serve.server.administration
  expect(await revocations.revoke({ name: "alice", device: "laptop", reason: "stolen" })).toHaveProperty(
    "done",
  )
  const thief = await joined(serve, parseLink(line.slice(line.indexOf("chat://"))), "thief").catch(
    (e: unknown) => e,
  )
  expect((thief as UserError).exitCode).toBe(EXIT.invitation)
})

test("an operator takes back one device, or all, and the list of the revoked says so", async () => {
  await using serve = await serving(MEMBERS)
  const { administration } = serve.server
  const laptop = await invited(serve, "alice", "laptop")
  const [alice, desktop] = [await login(serve, laptop, "alice"), await invited(serve, "alice", "desktop")]
  const kept = await login(serve, desktop, "al")
  const root = await login(serve, await invited(serve, "root", "desk"), "root")
  administration.accounts.setRole("root", "admin")
  root.send("REVOKE alice laptop :lost in the bus")
  await root.expect(/ 481 /)
  root.send("OPER root", "REVOKE alice laptop :lost in the bus")
  await alice.expect(/^ERROR :CERT_REVOKED your certificate was revoked: lost in the bus$/)
  await alice.closed
  await root.expect(/ NOTE REVOKE REVOKED alice laptop :Taken back; connections closed: 1$/)
  const again = await serve.connect(laptop)
  await again.expect(/^ERROR :CERT_REVOKED your certificate was revoked: lost in the bus$/)
  kept.send("PING here")
  await kept.expect(/PONG .*here/)
  root.send("REVOKE alice * :left the school")
  await kept.expect(/^ERROR :CERT_REVOKED your certificate was revoked: left the school$/)
  expect(administration.revocations.list("alice").map(({ revoked }) => revoked?.reason)).toEqual([
    "lost in the bus",
    "left the school",
  ])
})
