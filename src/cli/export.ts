// chat export: what was said, as JSON lines, from the log of a server that runs or not.

import { once } from "node:events"
import { type StaffActed, staffActed } from "../core/commands/staff-acted.ts"
import { STATELESS } from "../core/commands/index.ts"
import { guestName } from "../core/entitlement.ts"
import type { Stamp } from "../core/event.ts"
import type { Network } from "../core/network.ts"
import { replay } from "../core/replay.ts"
import { eventOf } from "../core/rows.ts"
import type { Row } from "../core/seams.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { serverTime } from "../protocol/server-time.ts"
import { saidRows } from "../storage/said-rows.ts"
import { stateRows } from "../storage/snapshot-file.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { actObject } from "./audit.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"
import { timeOf } from "./inquiring.ts"
import { readLog } from "./log-reading.ts"

const TYPES = ["messageSent", "topicChanged", staffActed.type]
const PIECE_CHARACTERS = 65_536

export const exportCommand = cliCommand({
  name: "export",
  operands: "CHANNEL | --all",
  summary: "write what was said as JSON lines, while the server runs or not",
  examples: [
    ["chat export '#general' > general.jsonl", "a channel's messages and topics, from its first day"],
    ["chat export --all --since 2026-01-01", "of every channel, and what was said to one person alone"],
    [`chat export '#general' | jq -r 'select(.type == "message").text'`, "the texts alone"],
  ],
  flags: {
    all: { type: "boolean", description: "every channel, and direct messages" },
    since: {
      type: "string",
      valueHint: "TIME",
      description: "not before this: 2026-01-31, 2026-01-31T14:02, yesterday, 3h",
    },
    data: DATA,
  },
  operandsMax: 1,
  async run({ flags, positionals: [channel] }): Promise<ExitCode> {
    if ((channel === undefined) !== (flags.all === true)) {
      throw new UserError("which channel? or --all", {
        hint: "chat export '#general', or chat export --all",
        exitCode: EXIT.usage,
      })
    }
    const since = timeOf("since", flags.since)
    await readLog(dataFolder(flags.data), async (db, net) => {
      // Names of channels and accounts are state, as events are.
      replay(net, stateRows(db, { after: 0, stateless: STATELESS }))
      const channelId = channel === undefined ? undefined : idOf(net, channel)
      await write(saidRows(db, { types: TYPES, channelId, since }), net)
    })
    return EXIT.done
  },
})

function idOf(net: Network, name: string): number {
  const channel = net.channel(name) ?? net.channel(`#${name}`)
  if (channel) return channel.id
  throw new UserError(`there is no channel ${printable(name)}`, {
    hint: "chat export --all writes every channel, those that have ended too",
    exitCode: EXIT.noSuchTarget,
  })
}

/** In pieces, as fast as they are read. */
async function write(rows: Iterable<Row>, net: Network): Promise<void> {
  const names = new Map([...net.accounts.values()].map(({ id, name }) => [id, name as string]))
  let text = ""
  for (const row of rows) {
    text += `${inertJson({ v: 1, ...objectOf(row, net, names) })}\n`
    if (text.length < PIECE_CHARACTERS) continue
    if (!process.stdout.write(text)) await once(process.stdout, "drain")
    text = ""
  }
  process.stdout.write(text)
}

interface Body {
  readonly command?: string
  readonly channel?: string
  readonly status?: { readonly sign: string; readonly channel: string }
  readonly tags?: readonly (readonly [string, string])[]
  readonly erased?: true
}

/** As `chat tail --json` has it: `target` is the channel as it was called then, or the account or guest a direct message was for. */
function objectOf(row: Row, net: Network, accounts: ReadonlyMap<number, string>): Record<string, unknown> {
  const event = eventOf(row, net)
  if (row.type === staffActed.type) return actObject(event as object as StaffActed & Stamp)
  const { msgid, at, source, account, text = "", ...rest } = event
  const { command, channel, status, tags = [], erased } = rest as Body
  const [, action] = /^\x01ACTION ([^\x01]*)\x01?$/.exec(text) ?? []
  return {
    type: row.type === "topicChanged" ? "topic" : action === undefined ? kindOf(command) : "action",
    id: msgid,
    time: serverTime(at),
    target: channel ?? (status && status.sign + status.channel) ?? peerOf(row, accounts),
    from: source.split("!", 1)[0],
    account,
    ...(erased ? { erased } : { text: action ?? text }),
    ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
  }
}

/** Whom a direct message was for. */
function peerOf({ peerId }: Row, accounts: ReadonlyMap<number, string>): string | undefined {
  return peerId === null ? undefined : (accounts.get(peerId) ?? guestName(peerId))
}

function kindOf(command: string | undefined): string {
  return command === "NOTICE" ? "notice" : command === "TAGMSG" ? "tags" : "message"
}
