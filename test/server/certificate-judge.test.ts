import { afterAll, describe, expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import { memberOf } from "../../src/authority/issue.ts"
import { fingerprint512Of, judge, type Rules, type Verdict } from "../../src/server/certificate-judge.ts"
import { EXPIRED, NOT_YET_VALID, testAuthority } from "../support/certificates.ts"

const ours = await testAuthority()
const theirs = await testAuthority()
afterAll(() => {
  ours.cleanup()
  theirs.cleanup()
})

const authorities = [{ certificate: new X509Certificate(ours.caPem), pin: ours.pin, site: ours.site }]
const rules = (mode: Rules["mode"], access: Rules["access"]): Rules => ({
  mode,
  access,
  authorities,
  memberOf,
  whyRevoked: ({ serial }) =>
    serial === shown.revoked.serialNumber.toLowerCase() ? "lost laptop" : undefined,
  isPinned: (fingerprint) => fingerprint === fingerprint512Of(shown.pinned),
})
const of = async (made: Promise<{ certPem: string }>) => new X509Certificate((await made).certPem)

const shown = {
  none: undefined,
  good: await of(ours.issueClient("alice")),
  expired: await of(ours.issueClient("alice", EXPIRED)),
  early: await of(ours.issueClient("alice", NOT_YET_VALID)),
  server: await of(ours.issueServer()),
  "for servers": await of(ours.issueClient("alice", { usages: ["serverAuth"] })),
  "for nothing named": await of(ours.issueClient("alice", { usages: [] })),
  "of another site": await of(ours.issueClient("alice", { site: "other.local" })),
  "the authority itself": new X509Certificate(ours.caPem),
  foreign: await of(theirs.issueClient("alice")),
  revoked: await of(ours.issueClient("alice", { file: "revoked" })),
  pinned: await of(theirs.issueClient("bob")),
}

const MEMBER = "member"
const GUEST = "guest"
type Expected = [shown: keyof typeof shown, required: string, optional: string, open: string, off: string]

const table: Expected[] = [
  ["none", "CERT_REQUIRED", GUEST, GUEST, GUEST],
  ["good", MEMBER, MEMBER, MEMBER, GUEST],
  ["expired", "CERT_EXPIRED", "CERT_EXPIRED", "CERT_EXPIRED", GUEST],
  ["early", "CERT_NOT_YET_VALID", "CERT_NOT_YET_VALID", "CERT_NOT_YET_VALID", GUEST],
  ["server", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", GUEST],
  ["for servers", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", GUEST],
  ["for nothing named", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", GUEST],
  ["of another site", "CERT_NO_NAME", "CERT_NO_NAME", "CERT_NO_NAME", GUEST],
  ["the authority itself", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", "CERT_WRONG_PURPOSE", GUEST],
  ["revoked", "CERT_REVOKED", "CERT_REVOKED", "CERT_REVOKED", GUEST],
  ["foreign", "CERT_UNTRUSTED", "CERT_UNTRUSTED", GUEST, GUEST],
  ["pinned", GUEST, GUEST, GUEST, GUEST],
]

describe.each(table)("%s", (name, required, optional, open, off) => {
  const verdict = (mode: Rules["mode"], access: Rules["access"]) =>
    short(judge({ certificate: shown[name], authorized: true }, rules(mode, access), Date.now()))
  test("required", () => expect(verdict("required", "members")).toBe(required))
  test("optional, members", () => expect(verdict("optional", "members")).toBe(optional))
  test("optional, open", () => expect(verdict("optional", "open")).toBe(open))
  test("off", () => expect(verdict("off", "open")).toBe(off))
})

test("a member is its name, the pin of its authority, its fingerprint and its serial", () => {
  const verdict = judge(
    { certificate: shown.good, authorized: true },
    rules("required", "members"),
    Date.now(),
  )
  const fingerprint = shown.good.fingerprint256.replaceAll(":", "").toLowerCase()
  const serial = shown.good.serialNumber.toLowerCase()
  expect(verdict).toEqual({ member: { name: "alice", issuer: ours.pin, fingerprint, serial } })
})

test("a chain that the TLS library does not accept is not accepted here", () => {
  const verdict = judge(
    { certificate: shown.good, authorized: false },
    rules("required", "members"),
    Date.now(),
  )
  expect(short(verdict)).toBe("CERT_UNTRUSTED")
})

test("a certificate is judged by the time of each handshake", () => {
  const later = Date.parse(shown.good.validTo) + 1
  expect(short(judge({ certificate: shown.good, authorized: true }, rules("optional", "open"), later))).toBe(
    "CERT_EXPIRED",
  )
})

function short(verdict: Verdict): string {
  return "refusal" in verdict ? verdict.refusal : "member" in verdict ? MEMBER : GUEST
}
