// Logging in while connecting: https://ircv3.net/specs/extensions/sasl-3.2.html. EXTERNAL when a certificate is shown,
// SCRAM-SHA-256 (RFC 5802, RFC 7677) rather than PLAIN (RFC 4616) when there is a password, bound to the TLS connection where both
// sides can: https://www.rfc-editor.org/rfc/rfc9266. The arithmetic is handed in.

import { fromBase64, textToBase64, toBase64, utf8 } from "../protocol/base64.ts"
import { SASL_CHUNK_BYTES } from "../protocol/limits.ts"
import type { Context, Handler } from "./context.ts"
import { CHALLENGE_LENGTH_MAX } from "./limits.ts"

/** SCRAM-SHA-256's arithmetic and chance; bytes in base64. */
export interface ScramArithmetic {
  nonce(): string
  prove(
    password: string,
    salt: string,
    iterations: number,
    message: string,
  ): { readonly proof: string; readonly signature: string }
}

/** As whom and how to log in. */
export interface Login {
  /** Undefined when nothing was asked for: then a refusal is none. */
  readonly account: string | undefined
  readonly password: string | undefined
  /** Whether a certificate of ours is shown. */
  readonly certified: boolean
  /** Whose certificate it is, where this server's own authority says so. */
  readonly holder?: string | undefined
  readonly scram: ScramArithmetic
  /** Mechanisms that the server must not offer less than: those that worked there, or that it is known to have. */
  readonly expected?: readonly string[]
  /** This time it may offer less, and nothing is forgotten by that. */
  readonly mayBeWeaker?: boolean
}

/** What takes a password, from what shows it to what proves that nobody is between. */
const BY_PASSWORD: readonly string[] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]

/** Iterations that we compute for a server: with fewer our answer would give away too much of the password ("SHOULD be at least 4096"), more would only cost us time. */
const ITERATIONS_MIN = 4_096
const ITERATIONS_MAX = 1_000_000

const UNPROVEN = "the server could not prove that it knows the password"

/** The next response to a challenge; undefined when the server cannot be believed. */
type Step = (challenge: string) => { readonly response: string; readonly next?: Step } | undefined

export class Sasl {
  readonly #login: Login | undefined
  #binding: Uint8Array | undefined
  #step: Step | undefined
  #challenge = ""
  #isOpen = false
  #name = ""
  readonly #worked = new Set<string>()

  constructor(login: Login | undefined) {
    this.#login = login
  }

  /** What the server is to be held to from now on: the mechanisms that were expected, and that have logged us in. */
  get proven(): readonly string[] {
    return [...new Set([...(this.#login?.expected ?? []), ...this.#worked])]
  }

  /** `binding` names the TLS connection; undefined where it has no such name. */
  connected(binding: Uint8Array | undefined) {
    this.#binding = binding
  }

  /** Whether the capability is of use. */
  get isWanted(): boolean {
    return this.#login !== undefined
  }

  /** The capabilities are settled: begins, or ends the negotiation. `mechanisms` as offered; undefined when the server named none. */
  begin(context: Context, mechanisms: readonly string[] | undefined) {
    const chosen = context.view.capabilities.has("sasl") ? this.#choose(mechanisms) : undefined
    const missing = this.#missing(chosen?.name, mechanisms)
    if (missing !== undefined) {
      const offered = mechanisms ? `offers ${mechanisms.join(", ")}` : "does not say what it offers"
      return context.tell({ type: "loginRefused", code: "WEAKER", reason: `${missing}: it ${offered}` })
    }
    if (!chosen)
      return this.#without(context, "NO_SASL", "it offers no way to log in that this program knows")
    this.#isOpen = true
    this.#name = chosen.name
    this.#challenge = ""
    this.#step = chosen.step
    context.send(`AUTHENTICATE ${chosen.name}`)
  }

  /** What the server would have to offer, and does not: whoever stands between us would take away what they cannot get around. */
  #missing(chosen: string | undefined, mechanisms: readonly string[] | undefined): string | undefined {
    const expected = this.#login?.mayBeWeaker ? [...this.#worked] : this.proven
    if (expected.includes("EXTERNAL") && mechanisms?.includes("EXTERNAL") !== true) return "EXTERNAL"
    if (this.#login?.password === undefined) return undefined
    const strength = Math.max(...expected.map((name) => BY_PASSWORD.indexOf(name)))
    return strength > 0 && BY_PASSWORD.indexOf(chosen ?? "") < strength ? BY_PASSWORD[strength] : undefined
  }

  #choose(mechanisms: readonly string[] | undefined): { name: string; step: Step } | undefined {
    const { account, password, certified } = this.#login ?? {}
    const has = (name: string) => mechanisms?.includes(name) ?? !name.startsWith("SCRAM-")
    if (account !== undefined && password !== undefined) {
      const bound = this.#binding
      if (bound && has("SCRAM-SHA-256-PLUS"))
        return { name: "SCRAM-SHA-256-PLUS", step: this.#scram(account, password, "p=tls-exporter,,", bound) }
      // "y" says that we would have bound it: the server knows whether it offered to, and so whether somebody between us took
      // that from the list. https://www.rfc-editor.org/rfc/rfc5802#section-6
      const header = bound ? "y,," : "n,,"
      if (has("SCRAM-SHA-256"))
        return { name: "SCRAM-SHA-256", step: this.#scram(account, password, header, new Uint8Array()) }
      if (has("PLAIN")) return { name: "PLAIN", step: () => ({ response: `\0${account}\0${password}` }) }
      return undefined
    }
    const external = certified === true && has("EXTERNAL")
    return external ? { name: "EXTERNAL", step: () => ({ response: account ?? "" }) } : undefined
  }

  #scram(account: string, password: string, header: string, binding: Uint8Array): Step {
    const { scram } = this.#login ?? {}
    return () => {
      if (!scram) return undefined
      const nonce = scram.nonce()
      const first = `n=${account.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`
      return {
        response: header + first,
        next: (challenge) => final(scram, { password, header, binding, first, nonce, challenge }),
      }
    }
  }

  /** A chunk of a challenge. */
  challenged(context: Context, chunk: string) {
    if (!this.#isOpen) return
    if (chunk !== "+" && this.#challenge.length < CHALLENGE_LENGTH_MAX) this.#challenge += chunk
    if (chunk.length === SASL_CHUNK_BYTES) return
    const challenge = utf8(fromBase64(this.#challenge) ?? new Uint8Array())
    this.#challenge = ""
    const answer = challenge === undefined ? undefined : this.#step?.(challenge)
    if (!answer) {
      context.send("AUTHENTICATE *")
      return this.refused(context, "906", UNPROVEN)
    }
    this.#step = answer.next
    for (const part of chunks(textToBase64(answer.response))) context.send(`AUTHENTICATE ${part}`)
  }

  /** Whoever shows a certificate of their own in place of ours would have us speak as them. */
  loggedIn(context: Context, account: string) {
    const { account: asked, holder = account } = this.#login ?? {}
    if (asked !== undefined || holder.toLowerCase() === account.toLowerCase())
      return context.tell({ type: "loggedIn", account })
    this.#isOpen = false
    const reason = `your certificate is ${holder}'s, and the server saw that of ${account}`
    context.tell({ type: "loginRefused", code: "NOT_OURS", reason })
  }

  /** A server that says so before its own proof was seen is not believed. */
  succeeded(context: Context) {
    if (this.#step) return this.refused(context, "906", UNPROVEN)
    if (!this.#isOpen) return
    this.#worked.add(this.#name)
    this.#end(context)
  }

  refused(context: Context, code: string, reason: string) {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#step = undefined
    this.#without(context, code, reason)
  }

  connectionLost() {
    this.#isOpen = false
    this.#step = undefined
  }

  // Who asked for nothing goes on without an account, as far as the server lets them.
  #without(context: Context, code: string, reason: string) {
    if (this.#login?.account === undefined) this.#end(context)
    else context.tell({ type: "loginRefused", code, reason })
  }

  #end(context: Context) {
    this.#isOpen = false
    if (!context.view.registered) context.send("CAP END")
  }
}

interface ScramState {
  readonly password: string
  /** Of GS2: whether the login is bound, and to what kind of name. */
  readonly header: string
  readonly binding: Uint8Array
  readonly first: string
  readonly nonce: string
  readonly challenge: string
}

const SERVER_FIRST = /^(r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=(\d{1,9}))(?:,.*)?$/

function final(scram: ScramArithmetic, state: ScramState): ReturnType<Step> {
  const { password, header, binding, first, nonce, challenge } = state
  const [, , full = "", salt = "", iterations = "0"] = SERVER_FIRST.exec(challenge) ?? []
  const count = Number(iterations)
  if (!full.startsWith(nonce) || full === nonce || count < ITERATIONS_MIN || count > ITERATIONS_MAX)
    return undefined
  const withoutProof = `c=${toBase64(Uint8Array.of(...new TextEncoder().encode(header), ...binding))},r=${full}`
  const message = `${first},${challenge},${withoutProof}`
  const { proof, signature } = scram.prove(password, salt, count, message)
  const next: Step = (last) => (last === `v=${signature}` ? { response: "" } : undefined)
  return { response: `${withoutProof},p=${proof}`, next }
}

/** "If the last chunk was exactly 400 bytes long, it must also be followed by AUTHENTICATE +" */
function chunks(encoded: string): string[] {
  const parts: string[] = []
  for (let at = 0; at <= encoded.length; at += SASL_CHUNK_BYTES)
    parts.push(encoded.slice(at, at + SASL_CHUNK_BYTES) || "+")
  return parts
}

export const onAuthenticate: Handler = (context, { params }) => {
  context.sasl.challenged(context, params[0] ?? "")
}

/** 902, 904 to 908; 900 and 903. 908 names the mechanisms, and 904 follows. */
export const onSaslNumeric: Handler = (context, { command: code, params }) => {
  if (code === "900") context.sasl.loggedIn(context, params[2] ?? "")
  else if (code === "903") context.sasl.succeeded(context)
  else if (code !== "908") context.sasl.refused(context, code, params.at(-1) ?? "")
}
