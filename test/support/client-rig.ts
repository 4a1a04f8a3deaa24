// A client session without a network: what the server says goes in as text, what comes out is compared as text.

import type { Happening } from "../../src/client/happening.ts"
import { Session, type SessionOptions } from "../../src/client/session.ts"

export const CAPS =
  "message-tags server-time echo-message labeled-response batch standard-replies multi-prefix draft/chathistory"
export const START = Date.UTC(2026, 0, 1, 12)

export class ClientRig {
  readonly session: Session
  now = START

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = new Session({
      nick: "alice",
      username: "alice",
      realname: "Alice",
      nickFixed: false,
      channels: ["#den"],
      ...options,
    })
  }

  /** Feeds lines, one ms apart. */
  feed(...lines: string[]) {
    for (const line of lines) this.session.receive(line, ++this.now)
  }

  sent(): string[] {
    return this.session.takeLines()
  }

  told(): Happening[] {
    return this.session.takeHappenings()
  }

  /** What was told, in few words. */
  tale(): string[] {
    return this.told().map(inWords)
  }

  /** Connects and registers; what was said and told on the way is dropped. */
  register(caps = CAPS, nick = "alice") {
    this.session.open(++this.now)
    if (caps !== "") this.feed(`:s CAP * LS :${caps}`, `:s CAP * ACK :${caps}`)
    this.feed(
      `:s 001 ${nick} :Welcome`,
      `:s 005 ${nick} CHANTYPES=# CHATHISTORY=3 NETWORK=Net CASEMAPPING=ascii PREFIX=(ov)@+ :are supported`,
      `:s 422 ${nick} :No MOTD`,
    )
    return this
  }

  /** Registered, in #den, its history (none) fetched. */
  settle(caps = CAPS) {
    this.register(caps)
    this.feed(":alice!alice@host JOIN #den")
    if (caps.includes("chathistory")) this.feed(":s BATCH +h chathistory #den", ":s BATCH -h")
    this.sent()
    this.told()
    return this
  }

  /** With whom there were direct messages meanwhile, and when. */
  targets(...names: string[]) {
    this.feed(
      ":s BATCH +t draft/chathistory-targets",
      ...names.map((name) => `@batch=t :s CHATHISTORY TARGETS ${name} 2026-01-01T12:00:00.000Z`),
      ":s BATCH -t",
    )
    return this
  }

  /** One page of #den's history. */
  page(...messages: [id: string, nick: string, text: string][]) {
    this.feed(
      ":s BATCH +p chathistory #den",
      ...messages.map(
        ([id, nick, text]) =>
          `@batch=p;msgid=${id};time=2026-01-01T12:00:00.000Z :${nick}!u@h PRIVMSG #den :${text}`,
      ),
      ":s BATCH -p",
    )
  }
}

function inWords(happening: Happening): string {
  const target = "target" in happening ? ` ${happening.target}` : ""
  if ("past" in happening) {
    const how = happening.type === "message" ? "" : `${happening.type} `
    return `${happening.past ? "past " : ""}${how}${happening.target} <${happening.from}> ${happening.text}`
  }
  if (happening.type === "gap") return `gap${target} ${happening.fetched} ${happening.complete}`
  if (happening.type === "caughtUp") return `caughtUp ${happening.fetched} ${happening.complete}`
  if (happening.type === "undelivered") return `undelivered${target} ${happening.code} ${happening.text}`
  if (happening.type === "refused") return `refused ${happening.code} ${happening.text}`
  if (happening.type === "nickTaken") return `nickTaken ${happening.wanted} ${happening.using}`
  if (happening.type === "unread") return `unread${target} ${happening.count}${happening.orMore ? "+" : ""}`
  if (happening.type === "reaction") return `reaction${target} ${happening.of} ${happening.text}`
  if (happening.type === "redacted") return `redacted${target} ${happening.of} ${happening.reason}`
  if (happening.type === "found")
    return `found by ${happening.by}: ${happening.messages.map(({ text }) => text).join(" | ")}`
  if (happening.type === "loginRefused") return `loginRefused ${happening.code} ${happening.reason}`
  if (happening.type === "history") return `history${target} ${happening.phase}`
  return happening.type + target
}
