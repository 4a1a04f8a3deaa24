// What a site has decided, in the words of the core and of who judges certificates; made anew when it is read again.

import { revocationOf } from "../core/certificates.ts"
import type { Engine } from "../core/engine.ts"
import type { Settings } from "../core/seams.ts"
import type { Rules } from "./certificate-judge.ts"
import { now } from "./clock.ts"
import type { Config } from "./config.ts"
import type { SignerOrLocked } from "./signer.ts"
import type { TlsMaterial } from "./tls-material.ts"

/** What may change while the server runs. Where it listens and where its data are may not. */
export interface Changeable {
  readonly config: Config
  readonly tls: TlsMaterial
  /** Lines of the message of the day. */
  readonly motd: readonly string[]
  /** Makes certificates for who is invited; without it nobody can be. */
  readonly signer?: SignerOrLocked
}

export function settingsOf({ config, motd }: Changeable, version: string): Settings {
  const { name, network, description, admin, access, password } = config.server
  const { casemapping, defaultUserModes, defaultChannelModes } = config.server
  return {
    serverName: name,
    networkName: network,
    description,
    version,
    admin,
    motd,
    access,
    passwordNeeded: password !== undefined,
    historyFrom: config.history.from,
    casemapping,
    defaultUserModes,
    defaultChannelModes,
    accounts: { ...config.accounts, external: config.server.clientCerts !== "off" },
    limits: config.limits,
    redactWithinMs: config.history.redactWithinMs,
  }
}

export function rulesOf({ config, tls }: Changeable, memberOf: Rules["memberOf"], { net }: Engine): Rules {
  const isPinned = (fingerprint: string) => net.accountPinning(fingerprint) !== undefined
  const whyRevoked: Rules["whyRevoked"] = (certificate, validFrom) =>
    revocationOf(net, certificate, validFrom, now())?.reason
  const { clientCerts, access } = config.server
  return { mode: clientCerts, access, authorities: tls.authorities, memberOf, isPinned, whyRevoked }
}
