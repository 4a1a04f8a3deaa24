// Keeps a session on a connection: opens it, feeds it, notices when it is dead, and opens it again with patience. Ends
// with a value when the user wanted it, with a UserError when nothing more can be done.

import { printable } from "../protocol/printable.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import type { Happening } from "../client/happening.ts"
import type { Session } from "../client/session.ts"
import { EXIT, UserError } from "../user-error.ts"
import { formatAddress, type Address } from "./address.ts"
import { backOffMs } from "./back-off.ts"
import type { Connection, Events } from "./connection.ts"
import { refusedWith, type Problem } from "./problem.ts"
import { Pulse } from "./pulse.ts"

const TICK_MS = 1_000
/** ms that a server has to answer QUIT by closing. */
const QUIT_TIMEOUT_MS = 2_000

export interface LinkOptions {
  readonly address: Address
  readonly session: Session
  /** Opens one connection; throws a UserError. */
  connect(events: Events): Promise<Connection>
  /** Whether a certificate of ours is shown: decides what a silent refusal means. */
  readonly identified: boolean
  /** "standing": only a connection that once stood is made anew. */
  readonly retry: "never" | "standing" | "always"
  readonly chance: () => number
  /** Happenings of one turn, in order. */
  happened(happenings: readonly Happening[]): void
  /** The connection is lost or could not be made; the next attempt follows in `inMs`. */
  waiting?(reason: string, inMs: number): void
  /** Whether what the server refused us for is mended now: it is tried again at once. Throws a UserError that ends it. */
  mended?(code: RefusalCode): Promise<boolean>
  /** What is to be done at the end, however it came. */
  ended?(): Promise<void>
}

export class Link {
  readonly #options: LinkOptions
  #connection: Connection | undefined
  #pulse: Pulse | undefined
  #refusal: { code: RefusalCode | undefined; text: string } | undefined
  #everStood = false
  #quitting = false
  #attempt = 0
  #endWait: (() => void) | undefined
  #failure: UserError | undefined
  readonly #settling: (() => void)[] = []

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** Resolves after `quit`. Rejects with a UserError when the connection is refused, lost for good, or impossible. */
  async run(): Promise<void> {
    const timer = setInterval(() => this.#tick(), TICK_MS)
    try {
      while (!this.#quitting) {
        const problem = await this.#once()
        if (this.#quitting) break
        if (problem.code && (await this.#options.mended?.(problem.code))) continue
        if (!this.#mayRetry(problem)) throw problem.error
        await this.#wait(problem.error.message)
      }
    } finally {
      clearInterval(timer)
      await this.#options.ended?.()
    }
    if (this.#failure) throw this.#failure
  }

  /** Sends what the session has to say and passes on what it has to tell: after every call to the session. */
  flush() {
    const { session } = this.#options
    // A listener may use the session in turn.
    for (
      let happenings = session.takeHappenings();
      happenings.length > 0;
      happenings = session.takeHappenings()
    ) {
      for (const happening of happenings) if (happening.type === "refused") this.#refused(happening)
      this.#options.happened(happenings)
    }
    this.#connection?.write(session.takeLines())
    for (const resolve of this.#settling.splice(0)) resolve()
  }

  /** Leaves the network in good order. */
  quit(reason?: string) {
    this.#quitting = true
    this.#endWait?.()
    const connection = this.#connection
    if (!connection) return
    this.#options.session.quit(reason)
    this.flush()
    setTimeout(() => connection.terminate(), QUIT_TIMEOUT_MS).unref()
  }

  /** Leaves in good order because of `error`, which `run` then rejects with. */
  fail(error: UserError) {
    this.#failure ??= error
    this.quit()
  }

  /** Resolves when the network has taken what was written and at most `unconfirmedMax` messages and questions wait for the server. */
  async settled(unconfirmedMax: number): Promise<void> {
    while (this.#options.session.unsettled > unconfirmedMax)
      await new Promise<void>((resolve) => this.#settling.push(resolve))
    await this.#connection?.drained()
  }

  async #once(): Promise<Problem> {
    const { session } = this.#options
    const over = Promise.withResolvers<string | undefined>()
    this.#refusal = undefined
    try {
      const connection = await this.#options.connect({
        line: (line) => this.#line(line),
        closed: (why) => over.resolve(why),
      })
      if (this.#quitting) {
        connection.terminate()
        return { error: new UserError("quit"), kind: "closed" }
      }
      this.#connection = connection
    } catch (error) {
      if (error instanceof UserError)
        return { error, kind: error.exitCode === EXIT.unreachable ? "network" : "final" }
      throw error
    }
    this.#pulse = new Pulse(Date.now(), performance.now())
    session.open(Date.now(), this.#connection.binding)
    this.flush()
    const why = await over.promise
    const stood = session.view.registered
    this.#connection = undefined
    session.close(Date.now())
    this.flush()
    return this.#problem(stood, why)
  }

  #line(line: string) {
    const { session } = this.#options
    this.#pulse?.heard(Date.now())
    session.receive(line, Date.now())
    if (session.view.registered) {
      this.#everStood = true
      this.#attempt = 0
    }
    this.flush()
  }

  #refused({ code, text }: { code: RefusalCode | undefined; text: string }) {
    // `FAIL * CODE` comes before `ERROR :CODE`; a word without a code explains nothing better.
    if (code !== undefined || this.#refusal === undefined) this.#refusal = { code, text }
  }

  #problem(stood: boolean, why: string | undefined): Problem {
    const { code, text } = this.#refusal ?? {}
    if (code !== undefined) return refusedWith(code, text ?? "", this.#options.address)
    const said =
      text === undefined ? (why ?? "the connection was closed") : `the server said: ${printable(text)}`
    const host = formatAddress(this.#options.address)
    if (stood || this.#everStood)
      return {
        error: new UserError(`lost the connection to ${host} (${printable(said)})`, {
          exitCode: EXIT.unreachable,
        }),
        kind: "closed",
      }
    const exitCode = this.#options.identified ? EXIT.identity : EXIT.unreachable
    const hint = this.#options.identified
      ? `it may not accept your certificate: ask its host, or log in with a password: chat connect ${host} --sasl NAME`
      : `it may admit only who logs in: chat connect ${host} --cert FILE, or --sasl NAME; with an invitation: chat join LINK`
    return {
      error: new UserError(`${host} closed the connection before it began (${printable(said)})`, {
        exitCode,
        hint,
      }),
      kind: "closed",
    }
  }

  #mayRetry({ kind }: Problem): boolean {
    if (kind === "final" || this.#options.retry === "never") return false
    return this.#everStood || this.#options.retry === "always"
  }

  #wait(reason: string): Promise<void> {
    const ms = backOffMs(this.#attempt++, this.#options.chance)
    this.#options.waiting?.(reason, ms)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #tick() {
    const now = Date.now()
    this.#options.session.tick(now)
    if (this.#connection) {
      const beat = this.#pulse?.beat(now, performance.now())
      if (beat === "ask") this.#connection.write(["PING :alive"])
      if (beat === "dead") this.#connection.terminate()
    } else if (this.#pulse?.slept(now, performance.now())) this.#endWait?.()
    this.flush()
  }
}
