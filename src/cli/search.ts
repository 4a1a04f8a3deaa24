// chat search: finds messages that were said, in the channels of the profile or one that is named.

import type { Spoken } from "../client/happening.ts"
import { serverTime } from "../protocol/server-time.ts"
import { unquoted } from "../terminal/query.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import type { Parsed } from "./flags.ts"
import { inquire, INQUIRY_FLAGS, limitOf, targetOf, timeOf } from "./inquiring.ts"

const LIMIT_DEFAULT = 20
const WORDS_MAX = 50

const FLAGS = {
  from: { type: "string", valueHint: "NICK", description: "said by this person" },
  in: { type: "string", valueHint: "TARGET", description: "in this channel, or with this person" },
  has: { type: "string", valueHint: "link", description: "only messages with a link" },
  ...INQUIRY_FLAGS,
} as const

export const search = cliCommand({
  name: "search",
  operands: "WORDS...",
  summary: "find messages in your channels and talks",
  examples: [
    ["chat search traceback", "the newest messages with that word, oldest first"],
    ["chat search plot --in lab --after yesterday", "in #lab, since yesterday"],
    ["chat search --from bob --has link --json", "bob's links, for programs"],
  ],
  flags: FLAGS,
  operandsMax: WORDS_MAX,
  run,
})

async function run({ flags, positionals }: Parsed<typeof FLAGS>): Promise<ExitCode> {
  const { from, has } = flags
  if (has !== undefined && has !== "link")
    throw new UserError(`--has ${has}: only link can be looked for`, { exitCode: EXIT.usage })
  const bounds = { after: timeOf("after", flags.after), before: timeOf("before", flags.before) }
  const limit = limitOf(flags.limit, LIMIT_DEFAULT)
  const text = unquoted(positionals.join(" ")).trim()
  if (text === "" && from === undefined && has === undefined)
    throw new UserError("look for what?", { hint: "chat search WORDS…", exitCode: EXIT.usage })
  return inquire(flags, {
    target: flags.in === undefined ? undefined : targetOf(flags.in),
    limit,
    forward: bounds.after !== undefined,
    needs: ["soju.im/search", "this server cannot search"],
    ask(session, target, found) {
      const { after, before } = narrowed(bounds, found)
      const all = { text, in: target, from, has, after, before, limit: String(limit - found.length) }
      session.search(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value] as const] : [])))
      return true
    },
  })
}

/** Where the next page is: the server goes forward from `after`, else back from `before`; both include their own time. */
function narrowed(
  { after, before }: { after: number | undefined; before: number | undefined },
  found: readonly Spoken[],
) {
  const from = after === undefined ? undefined : (found.at(-1)?.at ?? after)
  const until = after === undefined ? (found[0]?.at ?? before) : before
  return { after: from && serverTime(from), before: until && serverTime(until) }
}
