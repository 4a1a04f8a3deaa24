// What the administrator does with invitations: makes them, lists them, takes them back. Only the hash of a secret is kept; who
// makes an invitation is told the secret once.

import { createHash, randomBytes } from "node:crypto"
import { certificatesOf, type Invitation } from "../core/certificates.ts"
import { accountCreated, accountNameIn } from "../core/commands/account.ts"
import { invitationMade, invitationWithdrawn } from "../core/commands/enrolment.ts"
import { acted } from "../core/commands/staff-acted.ts"
import type { Network } from "../core/network.ts"
import type { Account } from "../core/user.ts"
import type { Role } from "../protocol/rights.ts"
import type { Nick } from "../protocol/names.ts"
import { serverTime } from "../protocol/server-time.ts"
import { normaliseAddress } from "./address.ts"
import { now } from "./clock.ts"
import type { Connection } from "./connection.ts"
import { showEndpoint } from "./endpoint.ts"
import type { Shell } from "./shell.ts"
import { LOCKED } from "./signer.ts"

export interface InvitationWanted {
  readonly name: string
  readonly channels: readonly string[]
  readonly ttlMs: number
  readonly uses: number
  /** What the account becomes when it is used, if that is more. */
  readonly role?: Exclude<Role, "member"> | undefined
  /** Whether somebody has to approve who uses it. */
  readonly approve?: true | undefined
}

/** One of the list. */
export interface OpenInvitation {
  readonly id: string
  readonly account: string
  readonly channels: readonly string[]
  /** ms since 1970. */
  readonly expires: number
  readonly usesLeft: number
  readonly approve: boolean
}

/** What a link is made of. */
export interface Invited {
  readonly id: string
  /** In base64url. */
  readonly secret: string
  readonly account: string
  /** Whether somebody has used the account before: it becomes theirs together. */
  readonly isInUse: boolean
  /** ms since 1970. */
  readonly expires: number
  /** Pin of the authority's key, in hex. */
  readonly pin: string
  /** Hosts that the server's certificate names. */
  readonly hosts: readonly string[]
}

type Made = Pick<Invitation, "id" | "channels" | "expires" | "role"> & {
  readonly accountName: Nick
  readonly uses: number
  readonly approve?: true
}

const [ID_BYTES, SECRET_BYTES] = [8, 16]

export class Invitations {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Its account is made with it: nobody else is to take the name meanwhile. */
  async make(wanted: InvitationWanted): Promise<Invited | { readonly error: string }> {
    const { engine, signer, rules, tls } = this.#shell
    if (rules.mode === "off")
      return { error: "this server asks nobody for a certificate: chat admin register makes members" }
    if (signer === "locked") return { error: LOCKED }
    if (!signer) return { error: "this server makes no certificates: it lacks its authority's key" }
    if (engine.readOnly) return { error: "the disk is full: nobody can be invited until there is room" }
    const channels = wanted.channels.map((name) => engine.net.parseChannelName(name))
    const bad = wanted.channels.find((_, index) => channels[index] === undefined)
    if (bad !== undefined) return { error: `${bad} cannot be the name of a channel` }
    const account = this.#account(wanted.name, signer.issuer)
    if ("error" in account) return account
    const { id, secret, hash } = newSecret()
    const invitation = {
      id,
      accountName: account.name,
      channels: wanted.channels,
      expires: now() + wanted.ttlMs,
      uses: wanted.uses,
      ...(wanted.role === undefined ? {} : { role: wanted.role }),
      ...(wanted.approve ? { approve: true as const } : {}),
      text: hash,
    }
    this.#clear()
    const refusal = engine.administer(invitationMade, invitation, now(), recordOf(invitation))
    if (refusal !== undefined) return { error: refusal }
    await this.#shell.durable(engine.lastSeq)
    return {
      id: invitation.id,
      secret,
      account: account.name,
      isInUse: isInUse(engine.net, account),
      expires: invitation.expires,
      pin: signer.issuer,
      hosts: hostsOf(tls.leaf.subjectAltName ?? ""),
    }
  }

  /** What a member is told of an invitation for another device, and the hash that is kept of it; none where none can be made. */
  forDevice({ localEndpoint }: Connection): { id: string; hash: string; link: string } | undefined {
    const { signer, rules, tls } = this.#shell
    if (!signer || signer === "locked" || rules.mode === "off") return undefined
    const { id, secret, hash } = newSecret()
    const hosts = hostsOf(tls.leaf.subjectAltName ?? "")
    const host =
      publicNameIn(hosts) ?? hosts.find((one) => one === localEndpoint.host) ?? hosts[0] ?? "localhost"
    return { id, hash, link: signer.link({ address: showEndpoint({ ...localEndpoint, host }), id, secret }) }
  }

  list(): OpenInvitation[] {
    const { net } = this.#shell.engine
    return [...net.invitations.values()]
      .filter(({ expires, usesLeft }) => expires > now() && usesLeft > 0)
      .map(({ id, accountId, channels, expires, usesLeft, requests }) => ({
        id,
        account: net.accountOf(accountId)?.name ?? "",
        channels,
        expires,
        usesLeft,
        approve: requests !== undefined,
      }))
  }

  async withdraw(id: string): Promise<{ readonly done: string } | { readonly error: string }> {
    const { engine } = this.#shell
    const { seq: madeSeq, accountId } = engine.net.invitations.get(id) ?? {}
    if (madeSeq === undefined || accountId === undefined) return { error: `there is no invitation ${id}` }
    const record = acted("withdraw", { target: engine.net.accountOf(accountId)?.name, details: { id } })
    const error = engine.administer(invitationWithdrawn, { id, madeSeq }, now(), record)
    if (error !== undefined) return { error }
    await this.#shell.durable(engine.lastSeq)
    return { done: `the invitation ${id} is withdrawn` }
  }

  /** What has expired goes, its hash from the log too. */
  #clear() {
    const { engine } = this.#shell
    for (const { id, seq: madeSeq, expires } of engine.net.invitations.values())
      if (expires <= now()) engine.administer(invitationWithdrawn, { id, madeSeq }, now())
  }

  #account(wanted: string, issuer: string): Account | { readonly error: string } {
    const { engine } = this.#shell
    const { net } = engine
    const known = net.account(wanted)
    if (known) return known
    const name = accountNameIn(net, wanted)
    if (!name) return { error: `${wanted} cannot be the name of an account` }
    const like = net.lookalikes(name).find((one): one is Account => !("nick" in one))
    if (like) return { error: `${name} looks like ${like.name}, who has an account` }
    engine.administer(accountCreated, { name: name as Nick, issuer }, now())
    return net.account(name) ?? { error: "the account was not made" }
  }
}

/** Its secret is no part of it. */
function recordOf({ id, accountName, channels, expires, uses, role, approve }: Made) {
  const list = channels.length === 0 ? undefined : channels.join(" ")
  const details = { id, role, channels: list, uses, approve, until: serverTime(expires) }
  return acted("invite", { target: accountName, details })
}

function newSecret() {
  const [id, secret] = [ID_BYTES, SECRET_BYTES].map((bytes) => randomBytes(bytes)) as [Buffer, Buffer]
  const hash = createHash("sha256").update(secret).digest("hex")
  return { id: id.toString("base64url"), secret: secret.toString("base64url"), hash }
}

/** By a password, or by a certificate that the log knows of. */
function isInUse(net: Network, account: Account): boolean {
  const isPinned = account.certificates.size > 0
  return account.credentials !== undefined || isPinned || certificatesOf(net, account).length > 0
}

/** A name that is not of this network alone. */
export function publicNameIn(hosts: readonly string[]): string | undefined {
  return hosts.find((name) => /[a-z]$/i.test(name) && name.includes(".") && !name.endsWith(".local"))
}

/** Of a certificate's alternative names, as node writes them. */
function hostsOf(names: string): string[] {
  return names.split(", ").map((name) => normaliseAddress(name.replace(/^(?:DNS|IP Address):/, "")))
}
