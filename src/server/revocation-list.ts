// The list of certificates that were taken back (CRL): https://www.rfc-editor.org/rfc/rfc5280#section-5. For others to read; the
// server itself asks its own record.

import { now } from "./clock.ts"
import type { Shell } from "./shell.ts"
import type { Signer } from "./signer.ts"

/** A list that nothing was added to is signed anew after this. */
const FRESH_MS = 60_000
/** So many lists may a run of the server make. */
const LISTS_OF_A_RUN = 2 ** 32

export class RevocationList {
  readonly #shell: Shell
  #made = 0
  #last: { signer: Signer; listed: string; at: number; list: Promise<Uint8Array> } | undefined

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** In DER; undefined when this server cannot sign. */
  current(): Promise<Uint8Array> | undefined {
    const { signer, engine } = this.#shell
    if (!signer || signer === "locked") return undefined
    const at = now()
    const revoked = [...engine.net.certificates.values()].flatMap(({ serial, issuer, revoked: end }) =>
      end && end.at <= at && issuer === signer.issuer ? { serial, ...end } : [],
    )
    const listed = revoked.map(({ serial }) => serial).join()
    const last = this.#last
    if (last?.signer === signer && last.listed === listed && at - last.at < FRESH_MS) return last.list
    const list = signer.revocationList(revoked, { number: this.#number(), at })
    this.#last = { signer, listed, at, list }
    return list
  }

  /** Grows with every list, whatever the clock says: runs are counted by the log, and a restored log begins a later one. */
  #number(): number {
    const { net, lastSeq } = this.#shell.engine
    return net.epochOf(lastSeq) * LISTS_OF_A_RUN + this.#made++
  }
}
