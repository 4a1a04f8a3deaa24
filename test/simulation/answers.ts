// The shell of a simulation: what it answers to the core's requests.

import type { Request, Row } from "../../src/core/seams.ts"
import { writtenRange } from "../../src/server/address.ts"
import { found } from "../../src/storage/plain-reading.ts"
import { invitationOf, OPERATORS } from "../support/engine.ts"
import { answerIdentity } from "../support/identity.ts"
import type { Stage } from "./acts.ts"
import type { Kept } from "./kept.ts"

/** With the rows that were read, if they were. */
export interface Asked {
  readonly request: Request
  readonly rows?: readonly Row[]
}

export function answer({ engine, random, now, next }: Stage, kept: Kept, { request, rows }: Asked) {
  const { session } = request
  if (request.type === "password") {
    engine.answered(session, { type: "password", right: request.given === "sesame" }, now)
  } else if (request.type === "operator") {
    const rights = request.given === "sesame" ? OPERATORS[request.name] : undefined
    engine.answered(session, { type: "operator", rights }, now)
  } else if (request.type === "range") {
    engine.answered(session, { type: "range", range: writtenRange(request.text) }, now)
  } else if (request.type === "invitation") {
    const made = random.chance(0.9) ? invitationOf(next()) : undefined
    engine.answered(session, { type: "invitation", made }, now)
  } else if (request.type === "reload") {
    engine.answered(session, { type: "reloaded" }, now)
  } else if (request.type === "read") {
    engine.answered(session, { type: "rows", rows: rows ?? found(kept.rows, request.query) }, now)
  } else if (request.type !== "close" && request.type !== "webirc") {
    engine.answered(session, answerIdentity(request), now)
  }
}
