// chat search: finds messages that were said, in the channels of the profile or one that is named.

import type { Spoken } from "../client/happening.ts"
import { serverTime } from "../protocol/server-time.ts"
import { unquoted } from "../terminal/query.ts"
import { EXIT, UserError, type ExitCode } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import type { Parsed } from "./flags.ts"
import { type Bounds, boundsOf, inquire, INQUIRY_FLAGS, limitOf, targetOf } from "./inquiring.ts"

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
  const bounds = boundsOf(flags)
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
      const all = { text, in: target, from, has, ...narrowed(bounds, found, limit) }
      session.search(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value] as const] : [])))
      return true
    },
  })
}

/** Where the next page is: the server goes forward from `after`, else back from `before`; both include their own time. */
function narrowed({ after, before }: Bounds, found: readonly Spoken[], limit: number) {
  const edge = (after === undefined ? found[0] : found.at(-1))?.at
  const from = after === undefined ? undefined : (edge ?? after)
  const until = after === undefined ? (edge ?? before) : before
  // What was said at the edge itself comes once more, and is none of those that are missing.
  const again = found.filter(({ at }) => at === edge).length
  return {
    after: from === undefined ? undefined : serverTime(from),
    before: until === undefined ? undefined : serverTime(until),
    limit: String(limit - found.length + again),
  }
}
