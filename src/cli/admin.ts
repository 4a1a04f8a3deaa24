// chat admin: asks the server that runs on a data directory, through the socket in it.

import type { Ban } from "../core/bans.ts"
import { parseDuration } from "../protocol/duration.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { ACTS } from "../protocol/acts.ts"
import { ROLES } from "../protocol/rights.ts"
import { askAdmin } from "../server/admin-client.ts"
import type { AdminAnswer, AdminRequest } from "../server/admin-protocol.ts"
import type { ChannelShown } from "../server/channels.ts"
import type { Person } from "../server/administration.ts"
import { type DataDirectory, dataDirectory, defaultDataDirectory } from "../storage/data-directory.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { type AuditFlags, showAudit } from "./audit.ts"
import { cliCommand } from "./command.ts"
import { confirm } from "./confirm.ts"
import { bansTable, channelsTable, peopleTable } from "./console.ts"
import { nearest } from "../nearest.ts"
import { readSecret } from "./secret.ts"
import { table } from "./table.ts"

const ACTIONS = [
  "list",
  "kick",
  "ban",
  "unban",
  "bans",
  "mute",
  "unmute",
  "channels",
  "lockdown",
  "role",
  "register",
  "password",
  "erase",
  "audit",
  "status",
  "reload",
  "stop",
]

export const admin = cliCommand({
  name: "admin",
  operands:
    "list | kick NICK [REASON] | kick CHANNEL NICK [REASON] | ban WHOM | unban WHOM | bans | mute CHANNEL NICK | unmute CHANNEL NICK | channels | lockdown on|off | role NAME ROLE | register NAME | password NAME | erase NAME | audit | status | reload | stop",
  summary: "Looks after a server that runs on this computer.",
  examples: [
    ["chat admin list", "who is here, from where, with which certificate"],
    ["chat admin kick alice", "disconnects her"],
    ["chat admin kick '#general' alice", "removes her from a channel"],
    [
      "chat admin ban bob --for 10m --reason 'too loud'",
      "keeps his account out; also an address, a range or a mask",
    ],
    ["chat admin mute general bob --for 10m", "lets him read there and not write"],
    ["chat admin channels", "all channels, with members, modes and topic"],
    ["chat admin lockdown on", "lets nobody new in"],
    ["chat admin role alice moderator", "what OPER lets her do: member, moderator, admin or owner"],
    ["chat admin register alice", "makes her an account; asks for its password, or reads it from a pipe"],
    ["chat admin erase alice", "erases every message that her account has sent"],
    [
      "chat admin audit --since yesterday --by alice",
      "what the staff did, newest last; with --json one JSON object a line",
    ],
    ["chat admin status --json", "figures for programs"],
  ],
  flags: {
    json: { type: "boolean", description: "one JSON object instead of a table" },
    for: {
      type: "string",
      valueHint: "TIME",
      description: "how long a ban or a mute lasts: 10m, 24h, 7d; default: for good",
    },
    reason: { type: "string", valueHint: "TEXT", description: "what who is banned is told" },
    yes: { type: "boolean", description: "erases without asking first" },
    since: {
      type: "string",
      valueHint: "TIME",
      description: "audit: not before this: 2026-11-20, yesterday, or 3h for the last three hours",
    },
    by: { type: "string", valueHint: "WHO", description: "audit: an account, a nick, or console" },
    act: { type: "string", valueHint: "ACT", description: `audit: ${Object.keys(ACTS).join(", ")}` },
    limit: { type: "string", valueHint: "N", description: "audit: how many, the newest; default 50" },
    data: { type: "string", valueHint: "DIR", description: "the server's data directory" },
  },
  operandsMax: 64,
  async run({ flags, positionals }): Promise<ExitCode> {
    const directory = dataDirectory(flags.data ?? process.env["CHAT_DATA"] ?? defaultDataDirectory())
    const [action, name = ""] = positionals.map(printable)
    if (action === "audit") return audit(directory, positionals, flags)
    if (action === "erase" && name !== "" && !flags.yes)
      await confirm(`Erase every message of ${name} for good?`, `chat admin erase ${name} --yes`)
    const answer = await ask(directory.adminSocket, positionals, flags)
    if (!answer.ok) {
      const { error, hint } = answer as { error: string; hint?: string }
      throw new UserError(printable(error), { ...(hint ? { hint } : {}), exitCode: EXIT.noSuchTarget })
    }
    process.stdout.write(`${flags.json ? inertJson(answer) : shown(answer)}\n`)
    return EXIT.done
  },
})

function audit(directory: DataDirectory, [, who]: readonly string[], flags: AuditFlags): ExitCode {
  if (who === undefined) return showAudit(directory, flags)
  throw new UserError(`audit does not know what to do with ${JSON.stringify(printable(who))}`, {
    hint: "chat admin audit [--since TIME] [--by WHO] [--act ACT] [--limit N] [--json]",
    exitCode: EXIT.usage,
  })
}

async function ask(
  socket: string,
  [action, ...words]: readonly string[],
  flags: BanFlags,
): Promise<AdminAnswer> {
  if (
    action === "list" ||
    action === "bans" ||
    action === "channels" ||
    action === "status" ||
    action === "reload" ||
    action === "stop"
  ) {
    return askAdmin(socket, { do: action })
  }
  if (action === "kick" && words.length > 0) return askAdmin(socket, { do: "kick", words: [...words] })
  if (action === "kick")
    throw new UserError("whom?", { hint: "chat admin kick [CHANNEL] NICK [REASON]", exitCode: EXIT.usage })
  if ((action === "register" || action === "password") && words.length === 1) {
    const [name = ""] = words
    return askAdmin(socket, {
      do: action,
      name,
      password: await readSecret(`password of ${printable(name)}`),
    })
  }
  if (action === "erase" && words.length === 1) return askAdmin(socket, { do: action, name: words[0] ?? "" })
  if ((action === "ban" || action === "unban") && words.length === 1)
    return askAdmin(socket, banning(action, words[0] ?? "", flags))
  const [channel = "", nick] = words
  if (action === "mute" && words.length === 2 && nick !== undefined)
    return askAdmin(socket, { do: action, channel, nick, ...lasting(flags) })
  if (action === "unmute" && words.length === 2 && nick !== undefined)
    return askAdmin(socket, { do: action, channel, nick })
  if (action === "lockdown" && words.length === 1 && (words[0] === "on" || words[0] === "off"))
    return askAdmin(socket, { do: action, on: words[0] === "on" })
  const [whose = "", wanted] = words
  const role = ROLES.find((one) => one === wanted)
  if (action === "role" && words.length === 2 && role)
    return askAdmin(socket, { do: action, name: whose, role })
  if (action === "role")
    throw new UserError("whose, and which?", {
      hint: `chat admin role NAME ${ROLES.join("|")}`,
      exitCode: EXIT.usage,
    })
  if (action === "lockdown")
    throw new UserError("on or off?", { hint: "chat admin lockdown on|off", exitCode: EXIT.usage })
  if (action === "mute" || action === "unmute")
    throw new UserError("where, and whom?", {
      hint: `chat admin ${action} CHANNEL NICK`,
      exitCode: EXIT.usage,
    })
  if (action === "ban" || action === "unban")
    throw new UserError("whom?", { hint: `chat admin ${action} NAME|ADDRESS|MASK`, exitCode: EXIT.usage })
  if (words.length > 1 && (action === "register" || action === "password"))
    throw new UserError(
      "a password is never taken from the command line, where others on this computer read it",
      {
        hint: `chat admin ${action} NAME asks for it`,
        exitCode: EXIT.usage,
      },
    )
  if (action === "register" || action === "password" || action === "erase")
    throw new UserError("whose?", { hint: `chat admin ${action} NAME`, exitCode: EXIT.usage })
  const near = action === undefined ? undefined : nearest(action, ACTIONS)
  throw new UserError(
    action === undefined ? "what is to be done?" : `there is no chat admin ${printable(action)}`,
    {
      hint: near ? `did you mean: chat admin ${near}` : `one of: ${ACTIONS.join(", ")}`,
      exitCode: EXIT.usage,
    },
  )
}

interface BanFlags {
  readonly for: string | undefined
  readonly reason: string | undefined
}

function banning(action: "ban" | "unban", target: string, flags: BanFlags): AdminRequest {
  if (action === "unban") return { do: action, target }
  const reason = flags.reason === undefined ? {} : { reason: printable(flags.reason) }
  return { do: action, target, ...reason, ...lasting(flags) }
}

/** What --for says. */
function lasting(flags: BanFlags): { lastsMs?: number } {
  const lastsMs = flags.for === undefined ? undefined : parseDuration(flags.for)
  if (flags.for !== undefined && lastsMs === undefined)
    throw new UserError(`--for is a time, not ${JSON.stringify(flags.for)}`, {
      hint: "write 10m, 24h or 7d",
      exitCode: EXIT.usage,
    })
  return lastsMs === undefined ? {} : { lastsMs }
}

function shown({ v: _v, ok: _ok, ...answer }: AdminAnswer): string {
  const { done, people, bans, channels } = answer as {
    done?: string
    people?: Person[]
    bans?: Ban[]
    channels?: ChannelShown[]
  }
  // Of the status they are a number.
  const listed = Array.isArray(channels) ? channelsTable(channels) : undefined
  const text = done ?? (people && peopleTable(people)) ?? (bans && bansTable(bans)) ?? listed
  if (text !== undefined) return text.split("\n").map(printable).join("\n")
  return table(
    ["what", "figure"],
    Object.entries(answer).map(([key, value]) => [key, String(value)]),
  )
}
