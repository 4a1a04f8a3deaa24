// The tables of docs/MANUAL.md, from the tables of the code. Each stands between `<!-- NAME -->` and `<!-- /NAME -->`; what is
// written between is made here, all else by people.

import { COMMANDS } from "../../src/core/commands/index.ts"
import { ACTS } from "../../src/protocol/acts.ts"
import { CAPABILITIES } from "../../src/protocol/capabilities.ts"
import { DEFAULT_LIMITS, type Limits } from "../../src/protocol/limits.ts"
import { CHANNEL_MODES, PREFIXES, USER_MODES } from "../../src/protocol/modes.ts"
import { REFUSALS, type Refusal } from "../../src/protocol/refusals.ts"
import { MEANING_OF, RIGHTS, RIGHTS_OF, ROLES } from "../../src/protocol/rights.ts"
import { snakeCase } from "../../src/server/config-schema.ts"

const LIMITS_COUNT: Readonly<Record<keyof Limits, string>> = {
  nickLength: "bytes",
  usernameLength: "bytes",
  realnameLength: "bytes; a longer one is cut between characters",
  channelLength: "bytes, with the `#`",
  topicLength: "bytes; a longer one is cut between characters",
  kickLength: "bytes of a KICK's reason; a longer one is cut between characters",
  awayLength: "bytes; a longer one is cut between characters",
  keyLength: "bytes",
  channelsPerUser: "channels that one person may be in",
  channels: "channels on the server",
  channelsPerAccount: "channels that one account may register with ChanServ",
  listModes: "masks in each list of a channel",
  modes: "modes with a parameter in one MODE; at most 13",
  targets: "channels and nicks that one message may be for",
  monitor: "nicks that one session may watch",
  accepts: "people that one person may accept (`ACCEPT`)",
  whowas: "nicks given up that WHOWAS still knows",
  metadataKeys: "keys of a person or a channel in METADATA",
  metadataSubs: "keys that one session may subscribe to",
  metadataValueBytes: "bytes of a value in METADATA; at most 300",
  historyPage: "messages in one CHATHISTORY",
  multilineBytes: "bytes of the text of one message of several lines",
  multilineLines: "lines of such a message",
  sendqBytes: "bytes that may wait to be read, beside the most that was sent at once",
  recvqBytes: "bytes of a line that has not ended, and of lines that wait",
  tlsTimeoutMs: "ms for the handshake",
  registrationTimeoutMs: "ms from there to the end of registration",
  pingAfterMs: "ms of silence before the server asks",
  pingTimeoutMs: "ms for the answer",
}

const TABLES: Readonly<Record<string, () => string>> = {
  commands: () =>
    table(
      ["Command", "", "Specification"],
      [...COMMANDS.values()]
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(({ name, syntax, help, specification }) => [
          code(`${name} ${syntax}`.trim()),
          help,
          link(specification),
        ]),
    ),
  capabilities: () =>
    table(
      ["Capability", "Specification"],
      CAPABILITIES.map(({ name, specification }) => [code(name), link(specification)]),
    ),
  "channel-modes": () =>
    table(
      ["Mode", "Parameter", "Means"],
      CHANNEL_MODES.map(({ letter, parameter, meaning }) => [
        [letter, ...PREFIXES.filter((prefix) => prefix.letter === letter).map(({ sign }) => sign)]
          .map(code)
          .join(" "),
        parameter ?? "",
        meaning,
      ]),
    ),
  "user-modes": () =>
    table(
      ["Mode", "Means"],
      USER_MODES.map(({ letter, meaning }) => [code(letter), meaning]),
    ),
  roles: () =>
    table(
      ["Right", "Who has it", ...ROLES.map(code)],
      RIGHTS.map((right) => [
        code(right),
        MEANING_OF[right],
        ...ROLES.map((role) => (RIGHTS_OF[role].includes(right) ? "yes" : "")),
      ]),
    ),
  acts: () =>
    table(
      ["Act", "Somebody of the staff"],
      Object.entries(ACTS).map(([act, words]) => [code(act), words]),
    ),
  limits: () =>
    table(
      ["`[limits]`", "Default", ""],
      (Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]).map((name) => [
        code(snakeCase(name)),
        String(DEFAULT_LIMITS[name]),
        LIMITS_COUNT[name],
      ]),
    ),
  refusals: () =>
    table(
      ["Code in ERROR", "Means", "Exit of `chat connect`"],
      Object.entries<Refusal>(REFUSALS).map(([name, { text, exitCode, retry }]) => [
        code(name),
        text,
        retry ? `${exitCode}, after trying again` : String(exitCode),
      ]),
    ),
}

/** `manual` with every table as the code has it; throws when one is missing. */
export function withTables(manual: string): string {
  let whole = manual
  for (const [name, draw] of Object.entries(TABLES)) {
    const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`]
    const from = whole.indexOf(open)
    const to = whole.indexOf(close)
    if (from < 0 || to < from) throw new Error(`docs/MANUAL.md has no place for the table of ${name}`)
    whole = `${whole.slice(0, from + open.length)}\n${draw()}\n${whole.slice(to)}`
  }
  return whole
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((cells) => cells.map(escaped))]
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")
}

const escaped = (cell: string) => cell.replaceAll("|", "\\|")
const code = (text: string) => `\`${text}\``

/** Named by its page and part. */
function link(url: string): string {
  const name = url.replace(/^.*\/(?=[^/]+$)/, "").replace(/\.html$/, "")
  return `[${name.replace(/^#/, "")}](${url})`
}
