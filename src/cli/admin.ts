// chat admin: asks the server that runs on a data directory, through the socket in it.

import { nearest } from "../nearest.ts"
import { ACTS } from "../protocol/acts.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { askAdmin } from "../server/admin-client.ts"
import type { AdminAnswer } from "../server/admin-protocol.ts"
import type { DataDirectory } from "../storage/data-directory.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { type Action, type ActionFlags, ACTIONS } from "./admin-actions.ts"
import { type AuditFlags, showAudit } from "./audit.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"

/** It asks the log and not the server, which need not run. */
const AUDIT = "audit"

const FORMS = ACTIONS.flatMap(({ name, operands = [""] }) => operands.map((one) => `${name} ${one}`.trim()))

export const admin = cliCommand({
  name: "admin",
  operands: [...FORMS, AUDIT].join(" | "),
  summary: "look after a server that runs on this computer",
  examples: [
    ["chat admin list", "who is here, from where, with which certificate"],
    ["chat admin kick alice", "disconnects her"],
    ["chat admin kick '#general' alice too loud", "removes her from a channel, and says why"],
    ["chat admin ban bob 10m too loud", "keeps his account out; also an address, a range or a mask"],
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
    reason: {
      type: "string",
      valueHint: "TEXT",
      description: "what who is banned or kicked is told; or write it in words at the end",
    },
    yes: { type: "boolean", description: "erases without asking first" },
    since: {
      type: "string",
      valueHint: "TIME",
      description: "audit: not before this: 2026-11-20, yesterday, or 3h for the last three hours",
    },
    by: { type: "string", valueHint: "WHO", description: "audit: an account, a nick, or console" },
    act: { type: "string", valueHint: "ACT", description: `audit: ${Object.keys(ACTS).join(", ")}` },
    limit: { type: "string", valueHint: "N", description: "audit: how many, the newest; default 50" },
    data: DATA,
  },
  operandsMax: 64,
  async run({ flags, positionals }): Promise<ExitCode> {
    const directory = dataFolder(flags.data)
    const [name, ...words] = positionals
    if (name === AUDIT) return audit(directory, words, flags)
    const action = actionOf(name)
    const answer = await ask(directory, action, words, flags)
    process.stdout.write(`${flags.json ? inertJson(answer) : shown(action, answer)}\n`)
    return EXIT.done
  },
})

function audit(directory: DataDirectory, [who]: readonly string[], flags: AuditFlags): Promise<ExitCode> {
  if (who === undefined) return showAudit(directory, flags)
  throw notUnderstood(
    "audit",
    who,
    "chat admin audit [--since TIME] [--by WHO] [--act ACT] [--limit N] [--json]",
  )
}

function notUnderstood(name: string, extra: string, hint: string): UserError {
  return new UserError(`admin ${name} does not know what to do with ${JSON.stringify(printable(extra))}`, {
    hint: `usage: ${hint}`,
    exitCode: EXIT.usage,
  })
}

function actionOf(wanted: string | undefined): Action {
  const action = ACTIONS.find(({ name }) => name === wanted)
  if (action) return action
  const names = [...ACTIONS.map(({ name }) => name), AUDIT]
  const near = wanted === undefined ? undefined : nearest(wanted, names)
  throw new UserError(
    wanted === undefined ? "what is to be done?" : `there is no chat admin ${printable(wanted)}`,
    {
      hint: near ? `did you mean: chat admin ${near}` : `one of: ${names.join(", ")}`,
      exitCode: EXIT.usage,
    },
  )
}

async function ask(
  { adminSocket }: DataDirectory,
  action: Action,
  words: readonly string[],
  flags: ActionFlags,
): Promise<AdminAnswer> {
  const { name, operands = [], question = "what?", hint = operands.join(" | ") } = action
  const [extra] = words
  if (operands.length === 0 && extra !== undefined) throw notUnderstood(name, extra, `chat admin ${name}`)
  const request = await action.request(words, flags)
  if (!request) throw new UserError(question, { hint: `chat admin ${name} ${hint}`, exitCode: EXIT.usage })
  const answer = await askAdmin(adminSocket, request)
  if (answer.ok) return answer
  const { error, hint: advice } = answer as { error: string; hint?: string }
  throw new UserError(printable(error), { ...(advice ? { hint: advice } : {}), exitCode: EXIT.noSuchTarget })
}

/** Names in the answer are other people's words. */
function shown(action: Action, { v: _v, ok: _ok, ...answer }: AdminAnswer): string {
  const text = action.shown?.(answer) ?? String((answer as { done?: string }).done)
  return text.split("\n").map(printable).join("\n")
}
