// What chat admin can ask of a running server: how it is written, the request that it is, and how the answer is shown.

import type { Ban } from "../core/bans.ts"
import { parseDuration } from "../protocol/duration.ts"
import { printable } from "../protocol/printable.ts"
import { ROLES } from "../protocol/rights.ts"
import type { AdminRequest } from "../server/admin-protocol.ts"
import type { Person } from "../server/people.ts"
import type { ChannelShown } from "../server/channels.ts"
import { EXIT, UserError } from "../user-error.ts"
import { confirm } from "./confirm.ts"
import { bansTable, channelsTable, peopleTable } from "./console.ts"
import { readSecret } from "./secret.ts"
import { table } from "./table.ts"

export interface ActionFlags {
  readonly for: string | undefined
  readonly reason: string | undefined
  readonly yes: boolean | undefined
}

type Words = readonly string[]
type Fields = Readonly<Record<string, unknown>>

export interface Action {
  readonly name: string
  /** What may follow the name, in each of its forms; nothing, where there are none. */
  readonly operands?: readonly string[]
  /** What whoever wrote other operands is asked. */
  readonly question?: string
  /** The operands as they are told then, if not as above. */
  readonly hint?: string
  /** Undefined where the words are not the operands. */
  request(words: Words, flags: ActionFlags): AdminRequest | undefined | Promise<AdminRequest | undefined>
  /** Otherwise what was done, in the server's words. */
  shown?(answer: Fields): string
}

const WHOM = "NAME|ADDRESS|MASK"
const REASON = "[REASON | --reason TEXT]"

export const ACTIONS: readonly Action[] = [
  {
    name: "list",
    request: () => ({ do: "list" }),
    shown: ({ people }) => peopleTable(people as Person[]),
  },
  {
    name: "kick",
    operands: ["NICK [REASON]", "CHANNEL NICK [REASON]"],
    question: "whom?",
    hint: `[CHANNEL] NICK ${REASON}`,
    request: (words, flags) => {
      if (words.length === 0) return undefined
      // Where the words of a reason begin the server says, who knows the channels.
      const reason = flags.reason === undefined ? {} : reasonIn(flags, words.slice(2))
      return { do: "kick", words: [...words], ...reason }
    },
  },
  {
    name: "ban",
    operands: ["WHOM [TIME] [REASON]"],
    question: "whom?",
    hint: `${WHOM} [10m | --for 10m] ${REASON}`,
    request: ([target, ...words], flags) => {
      if (target === undefined) return undefined
      const lastsMs = flags.for === undefined ? parseDuration(words[0] ?? "") : undefined
      const [lasting, reason] =
        lastsMs === undefined ? [lastingIn(flags), words] : [{ lastsMs }, words.slice(1)]
      return { do: "ban", target, ...reasonIn(flags, reason), ...lasting }
    },
  },
  {
    name: "unban",
    operands: ["WHOM"],
    question: "whom?",
    hint: WHOM,
    request: (words) => one(words, (target) => ({ do: "unban", target })),
  },
  {
    name: "bans",
    request: () => ({ do: "bans" }),
    shown: ({ bans }) => bansTable(bans as Ban[]),
  },
  {
    name: "mute",
    operands: ["CHANNEL NICK"],
    question: "where, and whom?",
    hint: "CHANNEL NICK [--for 10m]",
    request: (words, flags) =>
      two(words, (channel, nick) => ({ do: "mute", channel, nick, ...lastingIn(flags) })),
  },
  {
    name: "unmute",
    operands: ["CHANNEL NICK"],
    question: "where, and whom?",
    request: (words) => two(words, (channel, nick) => ({ do: "unmute", channel, nick })),
  },
  {
    name: "channels",
    request: () => ({ do: "channels" }),
    shown: ({ channels }) => channelsTable(channels as ChannelShown[]),
  },
  {
    name: "lockdown",
    operands: ["on|off"],
    question: "on or off?",
    request: (words) =>
      one(words, (word) =>
        word === "on" || word === "off" ? { do: "lockdown", on: word === "on" } : undefined,
      ),
  },
  {
    name: "role",
    operands: ["NAME ROLE"],
    question: "whose, and which?",
    hint: `NAME ${ROLES.join("|")}`,
    request: (words) =>
      two(words, (name, wanted) => {
        const role = ROLES.find((known) => known === wanted)
        return role && { do: "role", name, role }
      }),
  },
  withPassword("register"),
  withPassword("password"),
  {
    name: "erase",
    operands: ["NAME"],
    question: "whose?",
    async request(words, { yes }) {
      const request = one(words, (name) => ({ do: "erase", name }))
      const [name = ""] = words.map(printable)
      if (request && !yes)
        await confirm(`Erase every message of ${name} for good?`, `chat admin erase ${name} --yes`)
      return request
    },
  },
  {
    name: "status",
    request: () => ({ do: "status" }),
    shown: (figures) =>
      table(
        ["what", "figure"],
        Object.entries(figures).map(([key, value]) => [key, String(value)]),
      ),
  },
  { name: "reload", request: () => ({ do: "reload" }) },
  { name: "stop", request: () => ({ do: "stop" }) },
]

function withPassword(name: "register" | "password"): Action {
  return {
    name,
    operands: ["NAME"],
    question: "whose?",
    async request(words) {
      if (words.length > 1)
        throw new UserError(
          "a password is never taken from the command line, where others on this computer read it",
          { hint: `chat admin ${name} NAME asks for it`, exitCode: EXIT.usage },
        )
      const [whose] = words
      if (whose === undefined) return undefined
      return { do: name, name: whose, password: await readSecret(`password of ${printable(whose)}`) }
    },
  }
}

type Made = AdminRequest | undefined

function one(words: Words, make: (word: string) => Made): Made {
  const [word] = words
  return word !== undefined && words.length === 1 ? make(word) : undefined
}

function two(words: Words, make: (first: string, second: string) => Made): Made {
  const [first, second] = words
  return first !== undefined && second !== undefined && words.length === 2 ? make(first, second) : undefined
}

/** What --reason says, or the words that stand in its place. */
function reasonIn({ reason }: ActionFlags, words: Words): { reason?: string } {
  if (reason !== undefined && words.length > 0)
    throw new UserError("the reason is given twice", {
      hint: "write it in words at the end, or after --reason",
      exitCode: EXIT.usage,
    })
  const text = reason ?? words.join(" ")
  return text === "" ? {} : { reason: printable(text) }
}

/** What --for says. */
function lastingIn(flags: ActionFlags): { lastsMs?: number } {
  if (flags.for === undefined) return {}
  const lastsMs = parseDuration(flags.for)
  if (lastsMs !== undefined) return { lastsMs }
  throw new UserError(`--for is a time, not ${JSON.stringify(flags.for)}`, {
    hint: "write 10m, 24h or 7d",
    exitCode: EXIT.usage,
  })
}
