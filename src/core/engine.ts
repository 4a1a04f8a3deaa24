// The server as a pure state machine. In: connected, receive, closed, tick, answered and the administrator's wishes, each with
// the time. Out: turns. Nothing here waits, reads a clock or touches a socket.

import type { Unreadable } from "../protocol/line-reader.ts"
import { parse } from "../protocol/message.ts"
import {
  ERR_ALREADYREGISTERED,
  ERR_NEEDMOREPARAMS,
  ERR_NOTREGISTERED,
  ERR_UNKNOWNCOMMAND,
} from "../protocol/numerics.ts"
import { REFUSALS, type RefusalCode } from "../protocol/refusals.ts"
import { FAIL } from "../protocol/reply.ts"
import { isAlwaysOn, overstayers } from "./always-on.ts"
import { type Banned, banOfArrival, isOver, means, meansUser, wordsOf } from "./bans.ts"
import { isBatched, gather, isOverdue, timedOut } from "./client-batch.ts"
import { type Answer, type Command, type Context, type Question, wordedBy } from "./command.ts"
import { awayChanged, isNowhere } from "./commands/away.ts"
import { COMMANDS } from "./commands/index.ts"
import { channelModesChanged } from "./commands/channel-modes-changed.ts"
import { userDetached } from "./commands/presence.ts"
import { quit, userQuit } from "./commands/quit.ts"
import { serverStarted, startOf } from "./commands/server.ts"
import { type StaffActed, staffActed } from "./commands/staff-acted.ts"
import { dueOf } from "./deadlines.ts"
import type { EventType } from "./event.ts"
import { FailedOpers } from "./failed-opers.ts"
import { farewell } from "./farewell.ts"
import { Ledger } from "./ledger.ts"
import { playMail } from "./mailbox.ts"
import { Network } from "./network.ts"
import { offersOf, reoffer } from "./offers.ts"
import { BrokenStateError, replay } from "./replay.ts"
import { pursueRegistration, type Registrar } from "./registration.ts"
import type { Arrival, Logger, Request, Result, Row, Settings, Turn } from "./seams.ts"
import { type Seen, seenBy, seenByAll } from "./seen.ts"
import { Session } from "./session.ts"
import { Speech } from "./speech.ts"
import { ClashError, clashUnder, type Start } from "./start.ts"
import { Tell } from "./tell.ts"
import { endOfBans } from "./timed-bans.ts"
import { unreadable } from "./unreadable.ts"
import { ABSENT, type User } from "./user.ts"

/** Lines that may wait behind a command that waits for the shell. */
const BACKLOG_LINES_MAX = 1000

export class Engine {
  readonly net: Network
  readonly sessions = new Set<Session>()
  /** True while the disk is full: what may be refused is refused. */
  readOnly = false
  readonly #log: Logger
  #sessionIds = 0
  readonly #speech = new Speech(() => this.net.settings.serverName)
  readonly #tell: Tell
  readonly #ledger: Ledger
  readonly #failedOpers = new FailedOpers()
  #requests: Request[] = []
  /** Who may have mail since the last turn. */
  readonly #heirs = new Set<Session>()

  /** `history` are the rows that change state, in order: those after the snapshot, or of all earlier runs. */
  constructor(settings: Settings, start: Start, history: Iterable<Row>, log: Logger, now: number) {
    this.net = new Network(settings)
    this.#log = log
    this.#tell = new Tell(this.#speech, (name) => this.net.folded(name))
    this.#ledger = new Ledger(this.net, this.#tell, start, now)
    if (start.snapshot) this.net.restore(start.snapshot)
    replay(this.net, history)
    const { casemapping } = settings
    const clash = clashUnder(this.net, casemapping)
    if (clash) throw new ClashError(casemapping, clash)
    this.#ledger.place(serverStarted, startOf(start, settings), undefined)
    this.#endBans()
  }

  /** A connection whose TLS handshake is done and whose certificate, if any, was judged. */
  connected(arrival: Arrival, now: number): Session {
    const session = new Session(++this.#sessionIds, arrival, now)
    this.sessions.add(session)
    const ban = banOfArrival(this.net, arrival, now)
    if (ban) this.end(session, "BANNED", wordsOf(ban))
    return session
  }

  /** One line, or what could not be read as one. Lines of a session that waits for an answer queue behind it. */
  receive(session: Session, line: string | Unreadable, now: number) {
    if (session.closing) return
    session.heardAt = now
    session.pinged = false
    this.#advance(now)
    const backlog = session.waiting?.backlog
    if (!backlog) this.#obey(session, line)
    else if (backlog.push(line) > BACKLOG_LINES_MAX) this.end(session, "TOO_FAST")
  }

  /** The connection is gone, whoever ended it. `reason` is what others read if the session had not said its own. */
  closed(session: Session, reason: string, now: number) {
    this.#advance(now)
    if (this.sessions.delete(session)) this.#leave(session, reason)
    session.closing ??= "QUIT"
  }

  /** Lets time pass: registration and PING deadlines, bans that end, who is gone for too long. Once in a few seconds is enough. */
  tick(now: number) {
    this.#advance(now)
    for (const session of this.sessions) {
      if (session.closing) continue
      const due = dueOf(session, this.net.settings.limits, now)
      if (due === "PING") {
        session.pinged = true
        this.#speech.ping(session)
      } else if (due) {
        this.end(session, due)
        continue
      }
      if (session.batch && isOverdue(session.batch, now)) {
        this.#speech.answer(session, timedOut(session.batch))
        this.#speech.finish()
      }
    }
    for (const { user, reason } of overstayers(this.net, now)) this.#quit(user, reason)
    this.#endBans()
    this.#tell.pace.forget()
  }

  /** The shell's answer to what `session` asked for; its queued lines follow. */
  answered(session: Session, result: Result, now: number) {
    this.#advance(now)
    const { waiting } = session
    if (!waiting || session.closing) return
    session.waiting = undefined
    this.#speech.resume(waiting.response)
    this.#guard(session, waiting.command, () => this.#speech.answer(session, waiting.resume(result)))
    this.#conclude(session)
    this.#resume(session, waiting.backlog)
  }

  /** Ends a session with `ERROR :CODE words`; the others hear `words`, unless those are for the session alone. */
  end(session: Session, code: RefusalCode, words: string = REFUSALS[code].text, others = words) {
    if (session.closing) return
    session.closing = code
    this.#speech.last(session, farewell(session, code, words))
    this.#requests.push({ type: "close", session })
    this.sessions.delete(session)
    this.#leave(session, others)
    if (code !== "QUIT") {
      const { addressee: nick, arrival } = session
      this.#log({ level: "info", what: "closed", code, nick, address: arrival.address, words })
    }
  }

  /** Ends every session of a user, and the user, who may come back. */
  dismiss(user: User, code: RefusalCode, words: string = REFUSALS[code].text) {
    this.#quit(user, words, seenByAll(user))
    for (const session of user.sessions.slice()) this.end(session, code, words)
  }

  /** Ends whoever is here and banned by this, if it is in force. */
  expel(banned: Banned) {
    const ban = this.net.ban(banned)
    if (!ban || isOver(ban, this.#ledger.at)) return
    for (const user of this.net.users.values())
      if (meansUser(this.net, ban, user)) this.dismiss(user, "BANNED", wordsOf(ban))
    for (const session of this.sessions)
      if (means(this.net, ban, session)) this.end(session, "BANNED", wordsOf(ban))
  }

  /**
   * A fact that an administrator of the server brings about, with the record of the act in the same turn; the refusal in words, if
   * it is refused.
   */
  administer<F extends object>(
    type: EventType<F>,
    fact: F,
    now: number,
    record?: StaffActed,
  ): string | undefined {
    this.#advance(now)
    const refusal = type.refuse?.(this.net, fact, undefined)
    if (refusal) return `${refusal.params.join(" ")}: ${refusal.text ?? ""}`
    if (this.readOnly && type.refuse) return "the disk is full: nothing is changed until there is room"
    this.#ledger.place(type, fact, undefined)
    if (record) this.#ledger.place(staffActed, record, undefined)
    return undefined
  }

  /** The place of the newest fact. */
  get lastSeq(): number {
    return this.#ledger.lastSeq
  }

  /** Everything since the last turn, or undefined when nothing happened. */
  take(): Turn | undefined {
    for (const heir of this.#heirs) if (!heir.waiting) this.#conclude(heir)
    this.#heirs.clear()
    if (this.#ledger.isEmpty && this.#requests.length === 0 && this.#speech.isSilent) return undefined
    const turn = { rows: this.#ledger.take(), deliveries: this.#speech.take(), requests: this.#requests }
    this.#requests = []
    return turn
  }

  /** The site's settings, read again: who asked for cap-notify hears what is offered otherwise. */
  configure(settings: Settings) {
    const before = offersOf(this.net.settings)
    this.net.settings = { ...settings, casemapping: this.net.casemapping }
    const after = offersOf(settings)
    for (const session of this.sessions) this.#speech.answer(session, reoffer(session, before, after))
  }

  #advance(now: number) {
    this.#tell.pace.now = now
    this.#ledger.advance(now)
  }

  #obey(session: Session, line: string | Unreadable) {
    const message = parse(typeof line === "string" ? line : line.text)
    this.#speech.label(session, message?.tags.get("label"))
    if (typeof line !== "string") this.#speech.answer(session, unreadable(line, message))
    else if (message)
      this.#guard(session, message.command, () => this.#speech.answer(session, this.#run(session, message)))
    session.hasSpoken = true
    this.#conclude(session)
  }

  #run(session: Session, message: Context["message"]): Answer {
    const command = COMMANDS.get(message.command)
    if (!command) return session.user ? ERR_UNKNOWNCOMMAND(message.command) : ERR_NOTREGISTERED()
    if (command.when === "registered" && !session.user) return ERR_NOTREGISTERED()
    if (command.when === "unregistered" && session.user) return ERR_ALREADYREGISTERED()
    if (message.params.length < command.paramsMin) return ERR_NEEDMOREPARAMS(command.name)
    return this.#runAs(session, command, message)
  }

  #runAs(session: Session, command: Command, message: Context["message"]): Answer {
    const { user } = session
    const context: Context = {
      net: this.net,
      session,
      readOnly: this.readOnly,
      sessions: this.sessions,
      watch: this.#tell.watch,
      pace: this.#tell.pace,
      erasures: this.#ledger.erasures,
      failedOpers: this.#failedOpers,
      message,
      now: this.#ledger.at,
      commands: COMMANDS,
      propose: (type, fact, record) => this.#propose(session, command, type, fact, record),
      ask: (question, resume) =>
        this.#ask(session, message.command, question, (result) => wordedBy(command, session, resume(result))),
      obey: (other) => this.#run(session, other),
      defer: this.#speech.defer,
      newBatch: this.#speech.newBatch,
      end: (code, words) => this.end(session, code, words),
      replace: (other) => this.end(other, "REPLACED"),
      close: (other, code, words, others) => this.end(other, code, words, others),
      dismiss: (target, code, words) => this.dismiss(target, code, words),
      expel: (banned) => this.expel(banned),
      log: this.#log,
    }
    if (isBatched(session, message)) return gather(context)
    if (command.when === "registered") {
      return user && wordedBy(command, session, command.run({ ...context, user }, ...message.params))
    }
    return command.run(context, ...message.params)
  }

  // A defect in a command costs its sender an answer, and nobody else anything.
  #guard(session: Session, command: string, action: () => void) {
    try {
      action()
    } catch (error) {
      if (error instanceof BrokenStateError) throw error
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#log({ level: "error", what: "defect in a command", command, why })
      this.#speech.answer(
        session,
        FAIL("*", "INTERNAL_ERROR", [], "The server has a defect here and logged it"),
      )
    }
  }

  #propose<F extends object>(
    session: Session,
    command: Command,
    type: EventType<F>,
    fact: F,
    record: StaffActed | undefined,
  ) {
    const { user } = session
    const refusal = type.refuse?.(this.net, fact, user)
    if (refusal && command.quiet) return
    if (refusal) return this.#speech.answer(session, wordedBy(command, session, refusal))
    if (this.readOnly && type.refuse) {
      const full = FAIL(command.name, "STORAGE_FULL", [], "The server's disk is full; nothing was changed")
      return this.#speech.answer(session, wordedBy(command, session, full))
    }
    this.#tell.origin = session
    this.#ledger.place(type, fact, user)
    this.#tell.origin = undefined
    if (record) this.#ledger.place(staffActed, record, user)
  }

  #ask(session: Session, command: string, question: Question, resume: (result: Result) => Answer) {
    // An answer would be taken for that to the other question.
    if (session.waiting) throw new Error(`${command} asks twice at once`)
    session.waiting = { command, response: this.#speech.suspend(), resume, backlog: [] }
    this.#requests.push({ ...question, session })
  }

  // One of the lines may wait in its turn; the rest then waits behind it.
  #resume(session: Session, backlog: (string | Unreadable)[]) {
    for (const [i, line] of backlog.entries()) {
      if (session.closing) return
      if (session.waiting) {
        session.waiting.backlog.push(...backlog.slice(i))
        return
      }
      this.#obey(session, line)
    }
  }

  // The command has said all it had to say, unless it waits.
  #conclude(session: Session) {
    this.#speech.finish()
    if (session.waiting || session.closing || (session.user && !session.missed)) return
    const registrar: Registrar = {
      net: this.net,
      sessions: this.sessions,
      log: this.#log,
      readOnly: this.readOnly,
      place: (type, fact, by) => this.#ledger.place(type, fact, by),
      answer: (answer) => this.#speech.answer(session, answer),
      ask: (question, resume) => this.#ask(session, "registration", question, resume),
      end: (code, words) => this.end(session, code, words),
      replace: (other) => this.end(other, "REPLACED"),
      newBatch: this.#speech.newBatch,
      erasures: this.#ledger.erasures,
      lastSeq: () => this.#ledger.lastSeq,
      now: this.#ledger.at,
    }
    if (!session.user) pursueRegistration(session, registrar)
    playMail(session, registrar)
  }

  // The user goes with its last session, or stays without one; or with such alone as say that nobody is there.
  #leave(session: Session, reason: string) {
    this.#tell.watch.clear(session)
    const { user } = session
    if (!user) return
    session.user = undefined
    session.nick = user.nick
    user.sessions.splice(user.sessions.indexOf(session), 1)
    if (!this.net.users.has(user.id)) return
    const seen = seenBy(session, user)
    if (!isNowhere(user)) {
      if (session.away !== ABSENT) this.#leaveMail(user, seen)
      return
    }
    if (isAlwaysOn(user.account, this.net.settings.accounts.alwaysOn)) {
      if (user.absentSince === undefined) this.#ledger.place(userDetached, { user: user.id, ...seen }, user)
    } else if (user.sessions.length === 0) this.#quit(user, reason, seen)
    else if (user.away !== ABSENT && !this.readOnly)
      this.#ledger.place(awayChanged, { away: ABSENT, ...seen }, user)
  }

  // Often somebody is back before it is known that the connection was dead: they missed what was sent into the void.
  #leaveMail({ sessions }: User, { seen }: Seen) {
    const heir = sessions.find(({ away }) => away !== ABSENT)
    if (!heir || !seen) return
    heir.missed ??= seen
    this.#heirs.add(heir)
  }

  // While the disk is full they wait: nobody says anything then anyway.
  #endBans() {
    if (this.readOnly) return
    for (const fact of endOfBans(this.net, this.#ledger.at))
      this.#ledger.place(channelModesChanged, fact, undefined)
  }

  #quit(user: User, reason: string, seen: Seen = {}) {
    if (this.net.users.has(user.id)) this.#ledger.place(userQuit, quit(user, reason, seen), user)
  }
}
