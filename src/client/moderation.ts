// Bans and mutes of a channel by somebody's name. Who that is, and for lifting what stands in the list, the server is asked first,
// so that the mask means their account where they have one. Any server will do that has bans; mutes are bans with `m:`
// (https://modern.ircdocs.horse/#extban-parameter), and for a time there is TBAN (https://docs.inspircd.org/4/modules/timedbans).

import { isMute, means } from "../protocol/ban-masks.ts"
import { durationWords } from "../protocol/duration.ts"
import type { Message } from "../protocol/message.ts"
import { format } from "../protocol/message.ts"
import type { Context } from "./context.ts"
import { BANS_MAX, ENDS_MAX, setNewest } from "./limits.ts"
import type { View } from "./view.ts"

/** ms without an answer after which none is waited for. */
const PATIENCE_MS = 60_000
/** Masks in one MODE, where the server has said no other number. */
const MODES_DEFAULT = 3

export interface Order {
  readonly act: "ban" | "mute" | "unban" | "unmute"
  readonly channel: string
  readonly nick: string
  /** Without it until somebody lifts it. */
  readonly lastsMs?: number | undefined
  /** Of a ban: what is said when they are removed. */
  readonly reason?: string | undefined
}

/** What the server said of somebody. */
interface Person {
  readonly nick: string
  readonly userhost: string
  readonly account: string | undefined
}

interface Asked extends Order {
  /** Of WHOX, by which its answers are known. */
  readonly token: string
  readonly askedAt: number
  person: Person | undefined
  /** WHO has ended. */
  isKnown: boolean
  /** Of the list of bans. */
  readonly masks: string[]
  /** The list has ended, or is not needed. */
  isListed: boolean
}

export class Moderation {
  #count = 0
  #asked: Asked[] = []
  /** By folded channel: how long masks will stay that the next MODE sets. */
  readonly #ends = new Map<string, Map<string, number>>()

  /** Orders that were not carried out yet. */
  get size(): number {
    return this.#asked.length
  }

  ask(context: Context, order: Order) {
    const { nick, channel, act } = order
    const token = String(++this.#count % 1000)
    const lifts = act === "unban" || act === "unmute"
    const unanswered = { person: undefined, isKnown: false, masks: [], isListed: !lifts }
    this.#asked.push({ ...order, ...unanswered, token, askedAt: context.now })
    const fields = context.view.isupport.has("WHOX") ? [`%tuhna,${token}`] : []
    context.send(format({ command: "WHO", params: [nick, ...fields] }))
    if (lifts) context.send(format({ command: "MODE", params: [channel, "b"] }))
  }

  connectionLost() {
    this.#asked = []
    this.#ends.clear()
  }

  tick(context: Context) {
    const late = this.#asked.filter(({ askedAt }) => context.now - askedAt > PATIENCE_MS)
    for (const each of late) this.#end(context, each, `nothing was done about ${each.nick}: no answer came`)
  }

  /** True when the numeric answers one of our questions. */
  answered(context: Context, { command, params }: Message): boolean {
    const asked = this.#asked.find((each) => answers(context.view, each, command, params))
    if (!asked) return false
    if (command === "315") asked.isKnown = true
    else if (command === "368") asked.isListed = true
    else if (command === "367") {
      if (asked.masks.length < BANS_MAX) asked.masks.push(params[2] ?? "")
    } else asked.person = personOf(context.view, asked, command, params) ?? asked.person
    if (asked.isKnown && asked.isListed) this.#carryOut(context, asked)
    return true
  }

  /** True when it is the word of our own server on how long what the next MODE sets will last. */
  noted(view: View, [command, code, channel = "", mask = "", seconds = ""]: readonly string[]): boolean {
    if (command !== "TBAN" || code !== "TIMED_BAN") return false
    const ends = this.#ends.get(view.key(channel)) ?? new Map<string, number>()
    setNewest(ends, mask, Number(seconds) * 1000, ENDS_MAX)
    setNewest(this.#ends, view.key(channel), ends, ENDS_MAX)
    return true
  }

  takeEnds(view: View, channel: string): ReadonlyMap<string, number> {
    const ends = this.#ends.get(view.key(channel))
    this.#ends.delete(view.key(channel))
    return ends ?? new Map()
  }

  #carryOut(context: Context, asked: Asked) {
    const { view } = context
    const { act, channel, nick, person, reason, lastsMs } = asked
    if (act === "unban" || act === "unmute") return this.#lift(context, asked)
    if (!person) return this.#end(context, asked, `nobody here is called ${nick}`)
    const mask = act === "mute" ? `m:${maskOf(view, person, channel)}` : maskOf(view, person, channel)
    context.send(format(banning(channel, mask, lastsMs)))
    if (act === "ban" && view.channel(channel)?.members.has(view.key(person.nick)))
      context.send(
        format({ command: "KICK", params: [channel, person.nick], text: reason ?? banned(lastsMs) }),
      )
    this.#end(context, asked)
  }

  // Everything that keeps them out, or silent; extended bans of another kind than ours are left alone.
  #lift(context: Context, asked: Asked) {
    const { view } = context
    const { act, channel, nick, person, masks } = asked
    const source = view.key(person ? `${person.nick}!${person.userhost}` : `${nick}!*@*`)
    // Who is not here is taken for the account of that name.
    const account = person ? person.account && view.key(person.account) : view.key(nick)
    const meant = masks.filter(
      (mask) => isMute(mask) === (act === "unmute") && means(view.key(mask), source, account),
    )
    const most = Math.max(1, Math.floor(Number(view.isupport.get("MODES"))) || MODES_DEFAULT)
    for (let i = 0; i < meant.length; i += most) {
      const few = meant.slice(i, i + most)
      context.send(format({ command: "MODE", params: [channel, `-${"b".repeat(few.length)}`, ...few] }))
    }
    const words = `${person?.nick ?? nick} is not ${act === "unmute" ? "muted" : "banned"} in ${channel}`
    this.#end(context, asked, meant.length === 0 ? words : undefined)
  }

  #end(context: Context, asked: Asked, text?: string) {
    this.#asked = this.#asked.filter((each) => each !== asked)
    if (text !== undefined) context.tell({ type: "answer", code: "NOTE", params: [], text })
  }
}

/** A line that bans a mask, for a time or until it is lifted. */
export function banning(channel: string, mask: string, lastsMs: number | undefined) {
  return lastsMs === undefined
    ? { command: "MODE", params: [channel, "+b", mask] }
    : { command: "TBAN", params: [channel, String(lastsMs / 1000), mask] }
}

function banned(lastsMs: number | undefined): string {
  return lastsMs === undefined ? "banned" : `banned for ${durationWords(lastsMs)}`
}

/** Whether the server mutes by a ban of `m:`. */
export function canMute(view: View): boolean {
  const [prefix, letters = ""] = (view.isupport.get("EXTBAN") ?? "").split(",")
  return prefix === "" && letters.includes("m")
}

function answers(view: View, asked: Asked, command: string, params: readonly string[]): boolean {
  const [, first = ""] = params
  if (command === "354") return !asked.isKnown && first === asked.token
  if (command === "352") return !asked.isKnown && !view.isupport.has("WHOX") && isNick(view, asked, params[5])
  if (command === "315") return !asked.isKnown && isNick(view, asked, first)
  return (command === "367" || command === "368") && !asked.isListed && view.same(first, asked.channel)
}

const isNick = (view: View, { nick }: Asked, other = "") => view.same(nick, other)

/** Of 354 with %tuhna, or of 352; WHO finds other people too. */
function personOf(view: View, asked: Asked, command: string, params: readonly string[]): Person | undefined {
  const [user = "", host = ""] = params.slice(2)
  const nick = (command === "354" ? params[4] : params[5]) ?? ""
  const account = command === "354" ? params[5] : undefined
  if (!isNick(view, asked, nick)) return undefined
  return { nick, userhost: `${user}@${host}`, account: account === "0" ? undefined : account }
}

/** Their account; else where they come from, so that another nick is no way out, unless somebody else comes from there too. */
function maskOf(view: View, { nick, userhost, account }: Person, channel: string): string {
  const [name] = (view.isupport.get("ACCOUNTEXTBAN") ?? "").split(",")
  const [prefix = ""] = (view.isupport.get("EXTBAN") ?? "").split(",")
  if (account !== undefined && name) return `${prefix}${name}:${account}`
  const host = userhost.slice(userhost.lastIndexOf("@"))
  const others = [...(view.channel(channel)?.members.values() ?? [])].filter(
    (each) => !view.same(each.nick, nick),
  )
  return others.some((other) => other.userhost?.endsWith(host)) ? `${nick}!*${host}` : `*!*${host}`
}
