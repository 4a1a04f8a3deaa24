// Does what the core asks of the shell, each in its own time, and tells it how that ended.

import type { Found, Log, Query, Request, Result } from "../core/seams.ts"
import { writtenRange } from "./address.ts"
import { now } from "./clock.ts"
import type { Connection } from "./connection.ts"
import type { Gateways } from "./gateways.ts"
import { BUSY, type Identity } from "./identity.ts"
import type { Invitations } from "./invitations.ts"
import type { PasswordChecker } from "./password-checker.ts"
import type { Shell } from "./shell.ts"

/** Who does what the core asks of the shell. */
export interface Hands {
  readonly log: Log
  readonly passwords: PasswordChecker
  readonly gateways: Gateways
  readonly identity: Identity
  readonly invitations: Invitations
  readonly rehash: () => Promise<void>
}

export function performer(shell: Shell, hands: Hands): (request: Request) => void {
  const answer = (request: Request, result: Result) => {
    shell.engine.answered(request.session, result, now())
    ;(request.session.arrival as Connection).settle()
  }
  const fail = (request: Request, error: unknown) => {
    shell.log({ level: "error", what: `${request.type} failed`, why: String(error) })
    answer(request, { type: "failed" })
  }
  return (request) => {
    if (request.type === "close") return (request.session.arrival as Connection).finish()
    answerTo(request, hands)
      .then(
        (value) => answer(request, value),
        (error) => fail(request, error),
      )
      .catch((error: Error) => shell.broken(error))
  }
}

async function answerTo(
  request: Exclude<Request, { type: "close" }>,
  { log, passwords, gateways, identity, invitations, rehash }: Hands,
): Promise<Result> {
  switch (request.type) {
    case "password": {
      const right = await passwords.check(request.given)
      return right === "busy" ? BUSY : { type: "password", right }
    }
    case "operator": {
      const { name, given, session } = request
      const check = () => passwords.rightsOf(name, given)
      const result = await identity.operator(name, session.arrival as Connection, check)
      if (result.type !== "operator") return result
      const operator = passwords.operator(name)
      return { ...result, isKnown: operator !== undefined, needsCertificate: operator?.certificate === true }
    }
    case "webirc":
      return { type: "webirc", refusal: await gateways.introduce(request) }
    case "invitation":
      return { type: "invitation", made: invitations.forDevice(request.session.arrival as Connection) }
    case "reload":
      await rehash()
      return { type: "reloaded" }
    case "range":
      return { type: "range", range: writtenRange(request.text) }
    case "read":
      // Who asks for many pages at once is sent the next when the one before is on its way.
      await (request.session.arrival as Connection).emptied()
      return { type: "rows", ...(await found(log, request.query)) }
    default:
      return identity.answer(request, request.session.arrival as Connection)
  }
}

async function found(log: Log, query: Query): Promise<Found> {
  return query.kind === "search" ? log.search(query) : { rows: await log.read(query) }
}
