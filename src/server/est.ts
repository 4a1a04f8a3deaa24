// Enrolment over Secure Transport: https://www.rfc-editor.org/rfc/rfc7030. Who may have what; a certificate for an invitation is
// made by est-enrol.ts, and for the one that somebody has by est-renew.ts.

import { enrol } from "./est-enrol.ts"
import { type Asker, certificates, memberIn } from "./est-issue.ts"
import { renew } from "./est-renew.ts"
import { type HttpAnswer, plainly } from "./http-answer.ts"
import type { HttpRequest } from "./http-request.ts"
import type { Shell } from "./shell.ts"
import { LOCKED } from "./signer.ts"

const PATHS = "/.well-known/est/"

export class Est {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  async answer(request: HttpRequest, asker: Asker): Promise<HttpAnswer> {
    const { signer, rules } = this.#shell
    const operation = operationIn(request.path)
    const expected = METHODS.get(operation)
    if (!signer || rules.mode === "off" || expected === undefined)
      return plainly(404, "there is no such thing here")
    if (signer === "locked") return plainly(503, LOCKED)
    if (request.method !== expected)
      return plainly(405, `${expected} is what is done here`, { Allow: expected })
    // Who has no certificate yet may ask for one even where one is required, and do no more.
    if (rules.mode === "required" && !memberIn(asker.verdict()) && !operation.startsWith("simple"))
      return plainly(403, "a client certificate is required")
    if (operation === "cacerts") return certificates(signer.caCertificates)
    if (operation === "crl") return this.#revocationList()
    if (this.#shell.engine.readOnly) return plainly(503, "the server's disk is full")
    const der = requestIn(request)
    if (!der) return plainly(400, "the body is no request for a certificate in base64 (application/pkcs10)")
    return operation === "simpleenroll"
      ? enrol(this.#shell, signer, request, der, asker)
      : renew(this.#shell, signer, request, der, asker)
  }

  async #revocationList(): Promise<HttpAnswer> {
    const body = (await this.#shell.revocationList.current()) ?? ""
    return { status: 200, headers: { "Content-Type": "application/pkix-crl" }, body }
  }
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ["cacerts", "GET"],
  ["crl", "GET"],
  ["simpleenroll", "POST"],
  ["simplereenroll", "POST"],
])

/** The list of what was taken back is where others look for it, too. */
function operationIn(path: string): string {
  if (path === "/crl.der") return "crl"
  return path.startsWith(PATHS) ? path.slice(PATHS.length) : ""
}

/** "servers ... MUST ignore" line ends: https://www.rfc-editor.org/rfc/rfc8951#section-3.1 */
function requestIn({ headers, body }: HttpRequest): Uint8Array | undefined {
  const isRequest = /^application\/pkcs10(?:;|$)/i.test(headers.get("content-type") ?? "")
  const text = Buffer.from(body).toString("latin1").replace(/\s/g, "")
  return isRequest && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined
}
