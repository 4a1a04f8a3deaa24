// What the staff does, on the console or as operators, and members with their invitations.

import type { Invitation } from "../../src/core/certificates.ts"
import { certificateRequested, requestDecided } from "../../src/core/commands/approval.ts"
import {
  certificateIssued,
  certificateRevoked,
  invitationMade,
  invitationWithdrawn,
} from "../../src/core/commands/enrolment.ts"
import { accountMessagesErased } from "../../src/core/commands/erase.ts"
import { lockdownSet } from "../../src/core/commands/lockdown.ts"
import { roleSet } from "../../src/core/commands/role.ts"
import { acted, type StaffActed } from "../../src/core/commands/staff-acted.ts"
import type { Channel } from "../../src/core/channel.ts"
import type { Engine } from "../../src/core/engine.ts"
import type { EventType } from "../../src/core/event.ts"
import { OPERATOR } from "../../src/protocol/modes.ts"
import { ROLES } from "../../src/protocol/rights.ts"
import { DEVICES, NICKS } from "../support/chatter.ts"
import type { Random } from "../support/random.ts"
import type { Onlooker } from "./onlooker.ts"
import type { Tally } from "./tally.ts"

/** What is acted on: one chance, one clock, and the engine of the run under way. */
export interface Stage {
  readonly random: Random
  readonly engine: Engine
  readonly now: number
  readonly tally: Tally
  /** A number that was not there before. */
  next(): number
}

export function eraseAccount(stage: Stage) {
  const { random, engine } = stage
  const account = engine.net.account(random.pick(NICKS))
  if (!account || engine.readOnly) return
  const fact = { name: account.name, accountId: account.id }
  administer(stage, accountMessagesErased, fact, acted("erase", { target: account.name }))
}

export function giveRole(stage: Stage) {
  const { random, engine } = stage
  const account = engine.net.account(random.pick(NICKS))
  if (!account || engine.readOnly) return
  const fact = { accountName: account.name, role: random.pick(ROLES) }
  administer(stage, roleSet, fact, acted("role", { target: account.name, details: { role: fact.role } }))
}

export function lockDown(stage: Stage) {
  const { engine } = stage
  const on = engine.net.lockedSince === undefined
  if (!engine.readOnly) administer(stage, lockdownSet, { on }, acted("lockdown"))
}

// Invitations are made, withdrawn and used, by as many as want.
export function enrol(stage: Stage) {
  const { random, engine } = stage
  const { net } = engine
  // What was begun goes on more often than something else begins.
  const last = random.chance(0.6) ? [...net.invitations.values()].at(-1) : undefined
  const account = last ? net.accountOf(last.accountId) : net.account(random.pick(NICKS))
  if (!account || engine.readOnly) return
  const { name: accountName } = account
  const id = `i${stage.next()}`
  const open = [...net.invitations.values()].filter(({ accountId }) => accountId === account.id).at(-1)
  const approved = [...(open?.requests?.values() ?? [])].find(({ verdict }) => verdict === "approved")
  if (!open || random.chance(0.4)) {
    const [expires, uses] = [stage.now + random.below(50_000), 1 + random.below(2)]
    const made = {
      id,
      accountName,
      channels: ["#a"],
      expires,
      uses,
      role: random.pick(ROLES),
      ...(random.chance(0.4) ? { approve: true as const } : {}),
      text: `hash of ${id}`,
    }
    administer(stage, invitationMade, made, acted("invite", { target: accountName }))
  } else if (random.chance(0.1)) {
    const record = acted("revoke", { target: accountName, reason: "lost" })
    administer(stage, certificateRevoked, { accountName, reason: "lost" }, record)
  } else if (open.requests && !approved && random.chance(0.9)) {
    decide(stage, open)
  } else if (random.chance(0.3)) {
    const fact = { id: open.id, madeSeq: open.seq }
    administer(stage, invitationWithdrawn, fact, acted("withdraw", { target: accountName }))
  } else {
    const notAfter = stage.now + random.below(200_000)
    const [former] = net.certificates.keys()
    const renews = former !== undefined && random.chance(0.3) ? { renews: former } : {}
    const device = { device: random.pick(DEVICES) }
    const keyPin = approved?.keyPin ?? id
    const terms = { serial: id, issuer: "home", keyPin, notBefore: stage.now, notAfter, ...device }
    const fact = { accountName, ...terms, invitation: open.id, role: open.role ?? "member", ...renews }
    if (administer(stage, certificateIssued, fact) !== undefined) return
    stage.tally.enrolled++
    if (approved) stage.tally.approved++
  }
}

// Somebody asks with a key, and is approved or not; who is approved fetches the certificate, or never does.
function decide(stage: Stage, { id: invitation, requests = new Map() }: Invitation) {
  const { random } = stage
  const asked = { invitation, keyPin: `k${stage.next()}`, words: "a-b-c-d-e-f" }
  if (requests.size === 0 || random.chance(0.3)) administer(stage, certificateRequested, asked)
  if (random.chance(0.2)) return
  const keyPin = random.pick([...requests.keys(), "nobody's"])
  const verdict = random.pick(["approved", "approved", "denied"] as const)
  const record = acted(verdict === "approved" ? "approve" : "deny")
  administer(stage, requestDecided, { invitation, keyPin, verdict }, record)
}

// Of a channel that it is an operator of, if there is one.
export function lookAfter({ random }: Stage, { session }: Onlooker): string {
  const own = [...(session.user?.channels ?? [])].filter(([, { prefixes }]) => prefixes >= OPERATOR)
  const [channel] = random.pick(own) ?? []
  if (random.chance(0.3)) return `TBAN ${channel?.name ?? "#a"} ${1 + random.below(60)} ${random.pick(NICKS)}`
  const nickIn = ({ members }: Channel) => random.pick([...members.keys()]).nick
  if (channel && random.chance(0.3)) return `KICK ${channel.name} ${nickIn(channel)}`
  if (channel && random.chance(0.3))
    return random.pick([
      `TOPIC ${channel.name} :topic`,
      `MODE ${channel.name} +m`,
      `MODE ${channel.name} -m+v ${nickIn(channel)}`,
    ])
  const verb = random.pick(["REGISTER", "REGISTER", "AMODE", "AMODE", "DROP"])
  const change = verb === "AMODE" ? ` ${random.pick(["+o", "+v", "-o"])} ${random.pick(NICKS)}` : ""
  return `CS ${verb} ${channel?.name ?? "#a"}${change}`
}

// Becomes an operator, comes to the audit, and does what is heard there.
export function ofTheStaff(stage: Stage, { session: { user } }: Onlooker): string {
  const { random, engine } = stage
  if (!user?.rights.includes("audit")) return "OPER root sesame"
  const { audit } = engine.net
  if (!audit?.members.has(user)) return "JOIN #audit"
  return random.pick([
    `WALLOPS :t${stage.next()}`,
    "UBAN ADD 1s *!*@nowhere",
    "CHATHISTORY LATEST #audit * 4",
  ])
}

function administer<F extends object>(
  stage: Stage,
  type: EventType<F>,
  fact: F,
  record?: StaffActed,
): string | undefined {
  return stage.engine.administer(type, fact, stage.now, record)
}
