// Who hears what. Used by `apply` alone: hands each message to sessions, rendered once per set of capabilities.

import { ECHO_MESSAGE, EXTENDED_MONITOR } from "../protocol/capabilities.ts"
import type { Nick } from "../protocol/names.ts"
import { witnesses } from "./auditorium.ts"
import type { Channel } from "./channel.ts"
import type { Content } from "./narrow.ts"
import { Outgoing } from "./narrow.ts"
import { Pace } from "./pace.ts"
import type { Session } from "./session.ts"
import type { User } from "./user.ts"
import { Watch } from "./watch.ts"

/** Where what is told goes: to sessions, or nowhere when a log is read again. */
export interface Voice {
  /** Hands a message that may be shared to one session; `answers` when it may answer that session's label. */
  deliver(session: Session, message: Outgoing, answers: boolean): void
  /** Answers one session in the server's name. */
  reply(session: Session, content: Content): void
  /** A new batch's reference. */
  newBatch(): string
}

export class Tell {
  readonly #voice: Voice
  /** A new batch's reference. */
  readonly newBatch: () => string
  /** The session whose command caused the event, where it is ours. */
  origin: Session | undefined
  readonly watch: Watch
  readonly pace = new Pace()

  /** `key` is what names compare by; a replay has nobody who watches. */
  constructor(voice: Voice, key = (name: string) => name) {
    this.#voice = voice
    this.newBatch = () => voice.newBatch()
    this.watch = new Watch(key)
  }

  /** Every session of every member, except those of one. */
  channel(channel: Channel, content: Content, except?: User) {
    const message = new Outgoing(content)
    for (const user of channel.members.keys()) if (user !== except) this.#user(user, message)
  }

  /** What tells that `user` is in a channel, or comes or goes: who may see that hears it, except one. */
  witnesses(channel: Channel, user: User, content: Content, except?: User) {
    const message = new Outgoing(content)
    for (const member of witnesses(channel, user)) if (member !== except) this.#user(member, message)
  }

  /** Every session of each. */
  users(users: Iterable<User>, content: Content) {
    const message = new Outgoing(content)
    for (const user of users) this.#user(user, message)
  }

  /** Every session of `user`. */
  user(user: User, content: Content) {
    this.#user(user, new Outgoing(content))
  }

  /** Every session of each, for none of which it is the answer to a label. */
  aside(users: Iterable<User>, content: Content) {
    const message = new Outgoing(content)
    for (const { sessions } of users) for (const session of sessions) this.#session(session, message, false)
  }

  /** Everybody who sees `user` in a channel, once each, and the user too unless `withSelf` is false. */
  peers(user: User, content: Content, withSelf = true) {
    this.#peers(user, new Outgoing(content), withSelf)
  }

  /** As `peers`, and who watches the nick besides: https://ircv3.net/specs/extensions/extended-monitor.html */
  peersAndWatchers(user: User, content: Content, withSelf = true) {
    const message = new Outgoing(content)
    const heard = this.#peers(user, message, withSelf)
    for (const session of this.watch.of(user.nick)) {
      const stranger = session.user !== undefined && !heard.has(session.user)
      if (stranger && session.has(EXTENDED_MONITOR)) this.#session(session, message)
    }
  }

  /** Every session that watches `nick`. */
  watchers(nick: Nick, content: Content) {
    for (const session of this.watch.of(nick)) this.#voice.reply(session, content)
  }

  /** Gives back who has heard it, or is `user`. */
  #peers(user: User, message: Outgoing, withSelf: boolean): Set<User> {
    const heard = new Set<User>([user])
    if (withSelf) this.#user(user, message)
    for (const channel of user.channels.keys()) {
      for (const peer of witnesses(channel, user)) {
        if (heard.has(peer)) continue
        heard.add(peer)
        this.#user(peer, message)
      }
    }
    return heard
  }

  /** A message: the members hear it; of its author the sessions that did not send it, and the one that did if it asked for echoes. */
  said(recipients: Iterable<User>, author: User, content: Content) {
    const message = new Outgoing(content)
    for (const user of recipients) if (user !== author) this.#user(user, message)
    for (const session of author.sessions) {
      if (session !== this.origin || session.has(ECHO_MESSAGE)) this.#session(session, message)
    }
  }

  /**
   * A message to oneself: every session reads it as anybody else would, and the one that sent it has its echo besides. "the
   * server MUST NOT include the label tag, except for any acknowledgment sent with the echo-message mechanism."
   */
  saidToSelf(author: User, content: Content) {
    const message = new Outgoing(content)
    for (const session of author.sessions) this.#session(session, message, false)
    const { origin } = this
    if (origin?.user === author && origin.has(ECHO_MESSAGE)) this.#session(origin, message)
  }

  /** A session that the server has to tell something, alone. */
  session(session: Session, content: Content) {
    this.#voice.reply(session, content)
  }

  /** The session whose command this is. */
  reply(content: Content) {
    if (this.origin) this.#voice.reply(this.origin, content)
  }

  #user(user: User, message: Outgoing) {
    const { sessions } = user
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i]
      if (session) this.#session(session, message)
    }
  }

  #session(session: Session, message: Outgoing, answers = true) {
    if ((message.needs & ~session.capabilities) === 0) this.#voice.deliver(session, message, answers)
  }
}
