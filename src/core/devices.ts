// The devices of an account: what people think of where the log has certificates, of which one may have taken another's place.

import { certificatesOf, type IssuedCertificate, issuedOf } from "./certificates.ts"
import type { Network } from "./network.ts"
import type { Session } from "./session.ts"
import type { Account } from "./user.ts"

export interface Device {
  /** The certificate that it has now. */
  readonly current: IssuedCertificate
  /** That one, and those whose place it took: a connection may have begun with one of them. */
  readonly all: readonly IssuedCertificate[]
}

/** Those that were not taken back, in the order in which their certificates were made; some may have expired. */
export function devicesOf(net: Network, account: Account): Device[] {
  const issued = certificatesOf(net, account)
  const renewed = new Set(issued.map(({ renews }) => renews))
  return issued
    .filter(({ serial, revoked }) => !renewed.has(serial) && !revoked)
    .map((current) => ({ current, all: lineOf(net, current) }))
}

/** Those that are called so, by their name or by the serial of a certificate. */
export function devicesCalled(devices: readonly Device[], name: string): Device[] {
  return devices.filter(
    ({ current, all }) => current.device === name || all.some(({ serial }) => serial === name.toLowerCase()),
  )
}

/** In words, for who named one that there is not. */
export function namesOf(devices: readonly Device[]): string {
  const names = devices.map(({ current: { device, serial } }) => device ?? serial)
  return names.length > 0 ? `there are ${names.join(", ")}` : "there is none"
}

/** Whether a session began with a certificate of this device. */
export function isOn(net: Network, { arrival: { certificate } }: Session, { all }: Device): boolean {
  const issued = certificate && issuedOf(net, certificate)
  return issued !== undefined && all.includes(issued)
}

function lineOf(net: Network, current: IssuedCertificate): IssuedCertificate[] {
  const line = [current]
  for (let { renews } = current; renews !== undefined;) {
    const former = net.certificates.get(renews)
    if (!former) break
    line.push(former)
    renews = former.renews
  }
  return line
}
