// chat admin: asks the server that runs on a data directory, through the socket in it.

import { printable } from "../protocol/printable.ts"
import { askAdmin } from "../server/admin-client.ts"
import type { AdminAnswer, AdminRequest } from "../server/admin-protocol.ts"
import type { Person } from "../server/administration.ts"
import { dataDirectory, defaultDataDirectory } from "../storage/data-directory.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { peopleTable } from "./console.ts"
import { nearest } from "./nearest.ts"
import { table } from "./table.ts"

const ACTIONS = ["list", "kick", "status", "reload", "stop"]

export const admin = cliCommand({
  name: "admin",
  operands: "list | kick NICK [REASON] | kick CHANNEL NICK [REASON] | status | reload | stop",
  summary: "Looks after a server that runs on this computer.",
  examples: [
    ["chat admin list", "who is here, from where, with which certificate"],
    ["chat admin kick alice", "disconnects her"],
    ["chat admin kick '#general' alice", "removes her from a channel"],
    ["chat admin status --json", "figures for programs"],
  ],
  flags: {
    json: { type: "boolean", description: "one JSON object instead of a table" },
    data: { type: "string", valueHint: "DIR", description: "the server's data directory" },
  },
  operandsMax: 64,
  async run({ flags, positionals }): Promise<ExitCode> {
    const { adminSocket } = dataDirectory(flags.data ?? process.env["CHAT_DATA"] ?? defaultDataDirectory())
    const answer = await ask(adminSocket, positionals)
    if (!answer.ok) {
      const { error, hint } = answer as { error: string; hint?: string }
      throw new UserError(printable(error), { ...(hint ? { hint } : {}), exitCode: EXIT.noSuchTarget })
    }
    process.stdout.write(`${flags.json ? JSON.stringify(answer) : shown(answer)}\n`)
    return EXIT.done
  },
})

async function ask(socket: string, [action, ...words]: readonly string[]): Promise<AdminAnswer> {
  if (action === "list" || action === "status" || action === "reload" || action === "stop") {
    return askAdmin(socket, { do: action })
  }
  if (action === "kick") return kick(socket, words)
  const near = action === undefined ? undefined : nearest(action, ACTIONS)
  throw new UserError(
    action === undefined ? "what is to be done?" : `there is no chat admin ${printable(action)}`,
    {
      hint: near ? `did you mean: chat admin ${near}` : `one of: ${ACTIONS.join(", ")}`,
      exitCode: EXIT.usage,
    },
  )
}

async function kick(socket: string, [first, second, ...rest]: readonly string[]): Promise<AdminAnswer> {
  if (first === undefined)
    throw new UserError("whom?", { hint: "chat admin kick NICK [REASON]", exitCode: EXIT.usage })
  const isChannel = first.startsWith("#") || (second !== undefined && (await isNamedChannel(socket, first)))
  const request: AdminRequest = isChannel
    ? { do: "kick", channel: first, nick: second ?? "", ...reason(rest) }
    : { do: "kick", nick: first, ...reason(second === undefined ? [] : [second, ...rest]) }
  if (isChannel && second === undefined) {
    throw new UserError("whom?", { hint: `chat admin kick '${first}' NICK [REASON]`, exitCode: EXIT.usage })
  }
  return askAdmin(socket, request)
}

// `#` begins a comment in most shells, so a channel may be named without it; a nick that is here means the nick.
async function isNamedChannel(socket: string, word: string): Promise<boolean> {
  const answer = await askAdmin(socket, { do: "list" })
  const people = answer.ok ? ((answer as { people?: unknown }).people as Person[]) : []
  const name = word.toLowerCase()
  if (people.some(({ nick }) => nick.toLowerCase() === name)) return false
  return people.some(({ channels }) => channels.some((channel) => channel.toLowerCase() === `#${name}`))
}

function reason(words: readonly string[]): { reason?: string } {
  return words.length > 0 ? { reason: words.join(" ") } : {}
}

function shown({ v: _v, ok: _ok, ...answer }: AdminAnswer): string {
  const { done, people } = answer as { done?: string; people?: Person[] }
  const text = done ?? (people ? peopleTable(people) : undefined)
  if (text !== undefined) return text.split("\n").map(printable).join("\n")
  return table(
    ["what", "figure"],
    Object.entries(answer).map(([key, value]) => [key, String(value)]),
  )
}
