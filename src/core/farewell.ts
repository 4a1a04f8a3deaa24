// The last that a session reads: https://modern.ircdocs.horse/#error-message

import { STANDARD_REPLIES } from "../protocol/capabilities.ts"
import type { RefusalCode } from "../protocol/refusals.ts"
import { FAIL } from "../protocol/reply.ts"
import type { Content } from "./narrow.ts"
import type { Session } from "./session.ts"

/** `ERROR :CODE words` at the end, and before it FAIL for who asked for such, or one's own QUIT. */
export function farewell(session: Session, code: RefusalCode, words: string) {
  const isQuit = code === "QUIT"
  const text = isQuit ? words : `${code} ${words}`
  return {
    before: isQuit ? ownQuit(session, words) : failure(session, code, words),
    error: { source: undefined, command: "ERROR", params: [], text } satisfies Content,
  }
}

function ownQuit({ user, source }: Session, text: string): Content | undefined {
  return user && { source, command: "QUIT", params: [], text }
}

function failure(session: Session, code: RefusalCode, words: string): Content | undefined {
  return session.has(STANDARD_REPLIES) ? FAIL("*", code, [], words) : undefined
}
