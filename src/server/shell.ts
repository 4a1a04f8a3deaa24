// What all connections of a server share.

import type { Engine } from "../core/engine.ts"
import type { Logger } from "../core/seams.ts"
import type { Limits } from "../protocol/limits.ts"
import type { Rules } from "./certificate-judge.ts"
import type { Connection } from "./connection.ts"
import type { Est } from "./est.ts"
import type { RevocationList } from "./revocation-list.ts"
import type { SignerOrLocked } from "./signer.ts"
import type { Throttle } from "./throttle.ts"
import type { TlsMaterial } from "./tls-material.ts"

/** What `status` shows of the time since the start. */
export interface Counters {
  /** Connections accepted by the system. */
  accepted: number
  /** Closed before TLS because their address has too many. */
  throttled: number
  /** Handshakes that failed: not TLS, an old TLS, or a client that did not trust the certificate. */
  handshakesFailed: number
  handshakesTimedOut: number
  /** Turned away for their certificate. */
  refused: number
}

export interface Shell {
  readonly engine: Engine
  readonly log: Logger
  readonly throttle: Throttle
  readonly counters: Counters
  /** From TCP's accept to the socket's last event. */
  readonly connections: Set<Connection>
  readonly cloakSecret: string
  /** Answers who speaks HTTP. */
  readonly est: Est
  readonly revocationList: RevocationList
  // The next six are replaced when the configuration is read again.
  limits: Limits
  tls: TlsMaterial
  rules: Rules
  /** How long after its end a certificate may be renewed. */
  graceMs: number
  /** Makes certificates, if this server can. */
  signer: SignerOrLocked
  /** Whether an invitation's secret may be shown as a password. */
  estBasic: boolean
  /** Something may have happened in the engine: its turn ends with this turn of the event loop. */
  wake(): void
  /** When the fact at this place is on disk. */
  durable(seq: number): Promise<void>
  /** The engine's state can no longer be trusted. */
  broken(error: Error): void
}
