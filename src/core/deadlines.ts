// What a session that says nothing has coming: https://modern.ircdocs.horse/#ping-message

import type { Limits } from "../protocol/limits.ts"
import type { Session } from "./session.ts"

/** A PING, or the end of the session with this code. */
export function dueOf(
  session: Session,
  limits: Limits,
  now: number,
): "PING" | "PING_TIMEOUT" | "REGISTRATION_TIMEOUT" | undefined {
  if (!session.user)
    return now - session.since > limits.registrationTimeoutMs ? "REGISTRATION_TIMEOUT" : undefined
  const silentMs = now - session.heardAt
  if (!session.pinged) return silentMs > limits.pingAfterMs ? "PING" : undefined
  return silentMs > limits.pingAfterMs + limits.pingTimeoutMs ? "PING_TIMEOUT" : undefined
}
