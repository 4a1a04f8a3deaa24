// Who wants to know when somebody comes or goes: https://ircv3.net/specs/extensions/monitor.html. Session state: never in
// the log, and gone with the session.

import type { Nick } from "../protocol/names.ts"
import type { Session } from "./session.ts"

export class Watch {
  readonly #key: (name: string) => string
  readonly #sessions = new Map<string, Set<Session>>()
  readonly #nicks = new Map<Session, Map<string, Nick>>()

  constructor(key: (name: string) => string) {
    this.#key = key
  }

  /** The sessions that watch `nick`. */
  of(nick: Nick): Iterable<Session> {
    return this.#sessions.get(this.#key(nick)) ?? []
  }

  /** What `session` watches, as it named them. */
  list(session: Session): Nick[] {
    return [...(this.#nicks.get(session)?.values() ?? [])]
  }

  /** False when the list is full. */
  add(session: Session, nick: Nick, most: number): boolean {
    const key = this.#key(nick)
    const nicks = this.#nicks.get(session) ?? new Map<string, Nick>()
    if (nicks.has(key)) return true
    if (nicks.size >= most) return false
    this.#nicks.set(session, nicks.set(key, nick))
    this.#sessions.set(key, (this.#sessions.get(key) ?? new Set()).add(session))
    return true
  }

  remove(session: Session, nick: string) {
    const key = this.#key(nick)
    if (!this.#nicks.get(session)?.delete(key)) return
    const sessions = this.#sessions.get(key)
    sessions?.delete(session)
    if (sessions?.size === 0) this.#sessions.delete(key)
  }

  clear(session: Session) {
    for (const nick of this.list(session)) this.remove(session, nick)
    this.#nicks.delete(session)
  }
}
