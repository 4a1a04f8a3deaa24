// chat history: what was said in a channel or with a person.

import type { Spoken } from "../client/happening.ts"
import { serverTime } from "../protocol/server-time.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import type { Parsed } from "./flags.ts"
import { type Bounds, boundsOf, inquire, INQUIRY_FLAGS, limitOf, targetOf } from "./inquiring.ts"

const LIMIT_DEFAULT = 50
/** Messages asked for at once; a server may give fewer. */
const PAGE = 100

export const history = cliCommand({
  name: "history",
  operands: "TARGET",
  summary: "read back what was said in a channel or with a person",
  examples: [
    ["chat history lab", "the last 50 messages of #lab"],
    ["chat history lab --after 2026-11-20 --limit 1000 --json", "a day and what followed, for programs"],
    ["chat history bob --before yesterday", "what bob and you said before yesterday"],
  ],
  flags: INQUIRY_FLAGS,
  operandsMax: 1,
  run,
})

async function run({ flags, positionals }: Parsed<typeof INQUIRY_FLAGS>): Promise<ExitCode> {
  const [named] = positionals
  if (named === undefined)
    throw new UserError("the history of what?", {
      hint: "chat history TARGET; an unquoted # starts a comment: write ops or '#ops'",
      exitCode: EXIT.usage,
    })
  const bounds = boundsOf(flags)
  const limit = limitOf(flags.limit, LIMIT_DEFAULT)
  return inquire(flags, {
    target: targetOf(named),
    limit,
    forward: bounds.after !== undefined,
    needs: ["draft/chathistory", "this server keeps no history"],
    ask(session, target = named, found) {
      session.history([...placeOf(target, bounds, found), String(Math.min(PAGE, limit - found.length))])
      return true
    },
  })
}

/** Forward from `after`, else back from `before` or from now. */
function placeOf(target: string, { after, before }: Bounds, found: readonly Spoken[]): string[] {
  const last = after === undefined ? found[0] : found.at(-1)
  const next = last?.id === undefined ? undefined : `msgid=${last.id}`
  const time = (at: number) => `timestamp=${serverTime(at)}`
  if (after !== undefined && before !== undefined)
    return ["BETWEEN", target, next ?? time(after), time(before)]
  if (after !== undefined) return ["AFTER", target, next ?? time(after)]
  if (next === undefined && before === undefined) return ["LATEST", target, "*"]
  return ["BEFORE", target, next ?? time(before ?? 0)]
}
