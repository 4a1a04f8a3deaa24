// What a connection does whose client asked for HTTP/1.1 in ALPN: one request, one answer (server/est.ts), and no line of IRC.

import { banOfArrival, wordsOf } from "../core/bans.ts"
import { BrokenStateError } from "../core/replay.ts"
import { REFUSALS } from "../protocol/refusals.ts"
import { now } from "./clock.ts"
import type { Connection } from "./connection.ts"
import { encodeHttpAnswer, type HttpAnswer, plainly } from "./http-answer.ts"
import { type HttpRequest, readHttpRequest } from "./http-request.ts"
import type { Shell } from "./shell.ts"

/** The registered name of HTTP/1.1: https://www.rfc-editor.org/rfc/rfc7301#section-6 */
export const HTTP = "http/1.1"

export class HttpExchange {
  readonly #shell: Shell
  readonly #connection: Connection
  /** What there is of the request, while it is not whole. */
  #heard: Uint8Array | undefined = new Uint8Array()

  constructor(shell: Shell, connection: Connection) {
    this.#shell = shell
    this.#connection = connection
  }

  received(chunk: Uint8Array) {
    if (!this.#heard) return
    const bytes = Buffer.concat([this.#heard, chunk])
    const request = readHttpRequest(bytes)
    if (!request) return void (this.#heard = bytes)
    this.#heard = undefined
    if ("status" in request) this.#answer(plainly(request.status, "this is no request that is understood"))
    else this.#obey(request)
  }

  #obey(request: HttpRequest) {
    const refusal = this.#refusalOfBanned()
    if (refusal) return this.#answer(refusal)
    this.#shell.est.answer(request, this.#connection).then(
      (answer) => this.#answer(answer),
      (error: unknown) => {
        if (error instanceof BrokenStateError) return this.#shell.broken(error)
        this.#shell.log({ level: "error", what: "defect", path: request.path, why: String(error) })
        this.#answer(plainly(500, "the server has a defect here and logged it"))
      },
    )
  }

  /** Who is banned renews nothing either, however old what they show is. */
  #refusalOfBanned(): HttpAnswer | undefined {
    const verdict = this.#connection.verdict(Infinity)
    if ("member" in verdict) this.#connection.certificate = verdict.member
    const ban = banOfArrival(this.#shell.engine.net, this.#connection, now())
    return ban && plainly(403, wordsOf(ban) ?? REFUSALS.BANNED.text)
  }

  #answer(answer: HttpAnswer) {
    this.#connection.finishWith(encodeHttpAnswer(answer, now()))
  }
}
