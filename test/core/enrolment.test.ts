// How many certificates an account may have, and how many of them may be remembered.

import { expect, test } from "bun:test"
import { accountCreated } from "../../src/core/commands/account.ts"
import { certificateIssued, certificateRevoked, invitationMade } from "../../src/core/commands/enrolment.ts"
import { lockdownSet } from "../../src/core/commands/lockdown.ts"
import { ISSUED_CERTIFICATES_KEPT_MAX, ISSUED_CERTIFICATES_MAX } from "../../src/protocol/limits.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

const accountName = "alice" as Nick
const DAY_MS = 86_400_000

function withAlice() {
  const world = new World()
  const { engine, now } = world
  engine.administer(accountCreated, { name: accountName, issuer: "authority" }, now)
  let made = 0
  const issue = (grounds: { invitation?: string } = {}, at = now) => {
    const serial = `serial${++made}`
    const terms = { issuer: "authority", keyPin: serial, notBefore: at, notAfter: at + 30 * DAY_MS }
    return engine.administer(certificateIssued, { accountName, serial, ...terms, ...grounds }, at)
  }
  const revoke = () => engine.administer(certificateRevoked, { accountName, reason: "removed" }, now)
  const invite = (id: string) => {
    const terms = { channels: [], expires: now + DAY_MS, uses: 1000, text: "hash" }
    engine.administer(invitationMade, { id, accountName, ...terms }, now)
    return { invitation: id }
  }
  return { world, issue, revoke, invite }
}

test("what a member makes and takes back by turns ends somewhere; who runs the server can help, and time does", () => {
  const { world, issue, revoke, invite } = withAlice()
  for (let i = 0; i < ISSUED_CERTIFICATES_KEPT_MAX; i += ISSUED_CERTIFICATES_MAX) {
    for (let j = 0; j < ISSUED_CERTIFICATES_MAX; j++) expect(issue()).toBeUndefined()
    expect(issue()).toContain("too many certificates")
    revoke()
  }
  expect(issue()).toContain("too many certificates")
  expect(issue(invite("from-staff"))).toBeUndefined()
  expect(issue({}, world.now + 31 * DAY_MS)).toBeUndefined()
})

test("a lockdown that begins while a request is read lets nobody new in", () => {
  const { world, issue, invite } = withAlice()
  const grounds = invite("open")
  world.engine.administer(lockdownSet, { on: true }, world.now)
  expect(issue(grounds)).toContain("nobody new is let in")
  expect(issue()).toBeUndefined()
})
