// Keeps the list of certificates that were taken back beside the authority's certificate, as crl.der and crl.pem: for other
// programs that believe the same authority.

import { join } from "node:path"
import { writePublic } from "../authority/private-file.ts"
import type { Logger, Row } from "../core/seams.ts"

export interface RevocationFileOptions {
  /** In DER; undefined when this server cannot sign. */
  readonly list: () => Promise<Uint8Array> | undefined
  /** Undefined where there is no authority. */
  readonly folder: string | undefined
  readonly logger: Logger
}

/** What was renewed is listed a day later, and a list is good for a week. */
const EVERY_MS = 3_600_000

export class RevocationFile {
  readonly #options: RevocationFileOptions
  #timer: ReturnType<typeof setInterval> | undefined
  #underWay = Promise.resolve()
  #hasFailed = false

  constructor(options: RevocationFileOptions) {
    this.#options = options
  }

  begin() {
    this.write()
    this.#timer = setInterval(() => this.write(), EVERY_MS)
  }

  /** Rows that are on disk. */
  heard(rows: readonly Row[]) {
    if (this.#timer && rows.some(({ type }) => type === "certificateRevoked")) this.write()
  }

  /** Once what is under way is done. */
  end(): Promise<void> {
    clearInterval(this.#timer)
    return this.#underWay
  }

  write() {
    this.#underWay = this.#underWay.then(async () => {
      const { list, folder, logger } = this.#options
      try {
        const der = folder === undefined ? undefined : await list()
        if (der === undefined || folder === undefined) return
        writePublic(join(folder, "crl.der"), der)
        writePublic(join(folder, "crl.pem"), pemOfList(der))
        this.#hasFailed = false
      } catch (error) {
        if (!this.#hasFailed)
          logger({ level: "warn", what: "crl.der is not up to date", why: (error as Error).message })
        this.#hasFailed = true
      }
    })
  }
}

export function pemOfList(der: Uint8Array): string {
  const base64 = Buffer.from(der)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n")
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`
}
