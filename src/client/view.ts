// What a session knows of the network at this moment: https://modern.ircdocs.horse/#channels

import { CASEMAPPINGS } from "../protocol/casemapping.ts"
import { folded } from "../protocol/names.ts"
import { CHANNELS_MAX, CONVERSATIONS_MAX, MEMBERS_MAX, setNewest } from "./limits.ts"

export interface Member {
  nick: string
  /** Signs of the member's prefixes, highest first: `@+`. */
  signs: string
  /** `user@host`, where the server has shown it. */
  userhost?: string | undefined
}

export interface Channel {
  name: string
  readonly members: Map<string, Member>
  topic: string | undefined
  /** Between 353 and 366 a new list is gathered, so that no member of an old one stays. */
  namesOpen: boolean
  /** Not all members are known: there are too many. */
  isCut?: boolean
}

/** What of a conversation was shown last: from there on a gap is filled. */
export interface Mark {
  id: string | undefined
  /** ms since 1970. */
  at: number
}

export class View {
  nick: string
  /** `nick!user@host` as others see it, once the server has shown it. */
  source: string | undefined
  registered = false
  /** The end of the MOTD has come: ISUPPORT is known and channels can be joined. */
  greeted = false
  network = ""
  readonly capabilities = new Set<string>()
  /** What a server has said of them behind `=`. */
  readonly capabilityValues = new Map<string, string>()
  /** Of a CAP LS in several lines, what its lines so far offered. */
  offered: string[] = []
  readonly isupport = new Map<string, string>()
  readonly #channels = new Map<string, Channel>()
  readonly #marks = new Map<string, Mark>()
  /** Folded nick of a direct conversation to how it is written. */
  readonly queries = new Map<string, string>()
  readonly ignored = new Set<string>()

  constructor(nick: string) {
    this.nick = nick
  }

  /** Folds as the server compares names: `ascii`, or `rfc1459` or `precis` where ISUPPORT says so. */
  key(name: string): string {
    if (this.isupport.get("CASEMAPPING") === "precis") return CASEMAPPINGS.precis.folded(name)
    if (!this.isupport.get("CASEMAPPING")?.includes("rfc1459")) return folded(name)
    return folded(name).replace(/[[\]\\~]/g, (c) => RFC1459[c] ?? c)
  }

  same(a: string, b: string): boolean {
    return this.key(a) === this.key(b)
  }

  isOwn(nick: string): boolean {
    return this.same(nick, this.nick)
  }

  isChannel(target: string): boolean {
    return target !== "" && (this.isupport.get("CHANTYPES") ?? "#&").includes(target[0] ?? "")
  }

  channel(name: string): Channel | undefined {
    return this.#channels.get(this.key(name))
  }

  channels(): Channel[] {
    return [...this.#channels.values()]
  }

  channelsOf(nick: string): Channel[] {
    return this.channels().filter((channel) => channel.members.has(this.key(nick)))
  }

  /** Whether one more channel can be kept. */
  mayEnter(name: string): boolean {
    return this.channel(name) !== undefined || this.#channels.size < CHANNELS_MAX
  }

  /** Whether more members can be kept. */
  get hasRoom(): boolean {
    let members = 0
    for (const channel of this.#channels.values()) members += channel.members.size
    return members < MEMBERS_MAX
  }

  enter(name: string): Channel {
    const channel = { name, members: new Map(), topic: undefined, namesOpen: false }
    this.#channels.set(this.key(name), channel)
    return channel
  }

  leave(name: string) {
    this.#channels.delete(this.key(name))
  }

  mark(target: string): Mark | undefined {
    return this.#marks.get(this.key(target))
  }

  setMark(target: string, mark: Mark) {
    setNewest(this.#marks, this.key(target), mark, CONVERSATIONS_MAX)
  }

  /** Whom we talk with has another nick now. */
  renamed(from: string, to: string) {
    const [before, after] = [this.key(from), this.key(to)]
    const mark = this.#marks.get(before)
    if (!mark || !this.queries.delete(before)) return
    this.#marks.delete(before)
    setNewest(this.#marks, after, mark, CONVERSATIONS_MAX)
    setNewest(this.queries, after, to, CONVERSATIONS_MAX)
  }

  /** What belongs to one connection is forgotten; marks, queries and ignored people stay, and ISUPPORT until it comes anew. */
  reset(nick: string) {
    this.nick = nick
    this.source = undefined
    this.registered = false
    this.greeted = false
    this.capabilities.clear()
    this.capabilityValues.clear()
    this.offered = []
    this.#channels.clear()
  }
}

const RFC1459: Readonly<Record<string, string>> = { "[": "{", "]": "}", "\\": "|", "~": "^" }
