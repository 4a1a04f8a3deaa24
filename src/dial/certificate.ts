// What a server showed of itself in the handshake, and what to say when it does not do.

import { X509Certificate } from "node:crypto"
import { printable } from "../protocol/printable.ts"
import { EXIT, UserError } from "../user-error.ts"
import { formatAddress, type Address } from "./address.ts"

/** The chain a server presents: its own certificate and the one above it, both DER. */
export interface Presented {
  readonly leaf: Uint8Array | undefined
  readonly authority: Uint8Array | undefined
}

/** The server's authority is not one that we know; nothing else is wrong with what it showed. */
export class UnknownAuthority extends Error {
  readonly presented: Presented

  constructor(presented: Presented) {
    super("unknown authority")
    this.presented = presented
  }
}

/** The chain of a Bun TLS socket; on `Bun.connect` it is `getPeerCertificate(false).issuerCertificate`. */
export function presentedBy(socket: { getPeerCertificate(abbreviated?: boolean): unknown }): Presented {
  const peer = socket.getPeerCertificate(false) as Peer | undefined
  const leaf = peer?.raw
  const authority = peer?.issuerCertificate?.raw ?? (isSelfSigned(leaf) ? leaf : undefined)
  return { leaf, authority }
}

/** Whether nobody but itself vouches for a certificate (DER). */
export function isSelfSigned(der: Uint8Array | undefined): boolean {
  if (der === undefined) return false
  const certificate = new X509Certificate(der)
  return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey)
}

interface Peer {
  readonly raw?: Uint8Array
  readonly issuerCertificate?: Peer
}

const UNKNOWN_AUTHORITY = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
])

/** A failed handshake in words; `now` in ms, to compare with the certificate's dates. */
export function verdict(address: Address, code: string, presented: Presented, now: number): Error {
  if (UNKNOWN_AUTHORITY.has(code)) return new UnknownAuthority(presented)
  const host = printable(address.host)
  const leaf = presented.leaf && new X509Certificate(presented.leaf)
  if (!leaf)
    return new UserError(`${formatAddress(address)} does not answer as a TLS server`, {
      hint: "is the port right? chat and IRC over TLS use 6697",
      exitCode: EXIT.unreachable,
    })
  if (code === "CERT_HAS_EXPIRED") return expired(host, leaf, now)
  if (code === "CERT_NOT_YET_VALID") return notYetValid(host, leaf, now)
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return wrongName(host, leaf)
  return distrust(
    `${host}'s certificate cannot be trusted (${printable(code)})`,
    "ask its host to run: chat doctor",
  )
}

function expired(host: string, leaf: X509Certificate, now: number): UserError {
  const days = Math.max(0, Math.floor((now - leaf.validToDate.getTime()) / 86_400_000))
  const when = days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`
  const today = new Date(now).toISOString().slice(0, 10)
  return distrust(
    `${host}'s certificate expired ${when}`,
    `its host must renew it; or this computer's clock is wrong: it says ${today}`,
  )
}

function notYetValid(host: string, leaf: X509Certificate, now: number): UserError {
  const [today, first] = [new Date(now), leaf.validFromDate].map((date) => date.toISOString().slice(0, 10))
  return distrust(
    `this computer's clock says ${today}; ${host}'s certificate begins on ${first}`,
    "set the clock, then try again",
  )
}

function wrongName(host: string, leaf: X509Certificate): UserError {
  const names = (leaf.subjectAltName ?? "nobody").replace(/(?:DNS|IP Address):/g, "")
  return distrust(
    `the server that answered is not ${host}: its certificate is for ${printable(names)}`,
    "connect by one of these names, or ask its host to add yours",
  )
}

function distrust(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT.trust })
}

/** DER to PEM. */
export function pemOf(der: Uint8Array): string {
  const base64 = Buffer.from(der)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n")
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
}
