// chat invite: lets somebody in by one link. Asks the server that runs on a data directory, through the socket in it.

import { assertClientName } from "../authority/hosts.ts"
import { linkOf, parseLink } from "../authority/invitation.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { ROLES } from "../protocol/rights.ts"
import { askAdmin } from "../server/admin-client.ts"
import { type AdminRequest, INVITATION_TTL_MS_MAX, INVITATION_USES_MAX } from "../server/admin-protocol.ts"
import type { Invited } from "../server/invitations.ts"
import { clock, day } from "../terminal/clock.ts"
import { EXIT, type ExitCode, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"
import { channelName, isTarget } from "./dialling.ts"
import type { Given } from "./flags.ts"
import { addressFor, isLoopback, type Reachable } from "./invite-address.ts"
import { type Given as Listed, shown } from "./invite-list.ts"
import { namesIn, pageOf, pageWithCodes } from "./invite-roster.ts"
import { qrFor } from "./qr.ts"

const FLAGS = {
  channels: {
    type: "string",
    valueHint: "CHANNEL,…",
    description: "where they begin; default #general",
  },
  ttl: {
    type: "string",
    valueHint: "TIME",
    description: "how long it lasts: 30m, 24h (default), 7d; at most 30d",
  },
  uses: { type: "string", valueHint: "COUNT", description: "how many computers may use it; default 1" },
  role: { type: "string", valueHint: "ROLE", description: "member (default), moderator, admin or owner" },
  approve: { type: "boolean", description: "somebody has to approve who uses it: chat invite approve" },
  host: {
    type: "string",
    valueHint: "HOST[:PORT]",
    description: "where they reach this server; default: by its certificate",
  },
  roster: {
    type: "string",
    valueHint: "FILE",
    description: "invites everybody whose name begins a line of it",
  },
  print: { type: "boolean", description: "with --roster: strips to cut up and hand out" },
  qr: { type: "boolean", description: "shows the link as a QR code, too; with --print: a page of HTML" },
  data: DATA,
  json: { type: "boolean", description: "one JSON object" },
} as const

export const invite = cliCommand({
  name: "invite",
  operands: "NAME | list | withdraw ID | approve WHO | deny WHO",
  summary: "let NAME in: print one line to give away, which works once",
  examples: [
    ["chat invite alice", "a line for alice, good for one computer and until tomorrow"],
    ["chat invite alice --uses 2 --ttl 7d", "for her laptop and her desktop, within a week"],
    ["chat invite bob --channels lab,news", "bob begins in #lab and #news"],
    ["chat invite alice --qr", "as a QR code, too, for a telephone to read off the screen"],
    ["chat invite --roster class.csv --print", "a page of strips, one for each name in the first column"],
    [
      "chat invite --roster class.csv --print --qr > class.html",
      "the same with QR codes, to print from a browser",
    ],
    ["chat invite list", "which are open, and who waits for approval"],
    ["chat invite withdraw ID", "takes one back"],
    ["chat invite bob --approve", "nobody is in by it before you have said so"],
    ["chat invite approve bob", "lets bob in; deny bob does not"],
  ],
  flags: FLAGS,
  operandsMax: 2,
  async run({ flags, positionals: [name, id] }): Promise<ExitCode> {
    const { adminSocket } = dataFolder(flags.data)
    if (flags.roster !== undefined) return inviteAll(adminSocket, flags.roster, name, flags)
    if (flags.print) throw wrong("--print is for a class", "chat invite --roster class.csv --print")
    if (flags.qr && flags.json) throw wrong("--qr is for people, --json for programs", "give one of them")
    const request = requestOf(name, id, flags)
    if (request.do === "invite") {
      const invitation = await made(adminSocket, request, flags)
      show(invitation, request, flags)
      sayIfHereOnly(invitation, flags)
      return EXIT.done
    }
    const { v: _v, ok: _ok, ...given } = await ask(adminSocket, request)
    process.stdout.write(`${flags.json ? inertJson({ v: 1, ...given }) : shown(given as Listed)}\n`)
    return EXIT.done
  },
})

type Flags = Given<typeof FLAGS>
type Wanted = Extract<AdminRequest, { do: "invite" }>
type Made = Invited & Reachable

function requestOf(name: string | undefined, id: string | undefined, flags: Flags): AdminRequest {
  if (name === undefined) throw wrong("whom?", "for example: chat invite alice")
  if (name === "withdraw") {
    if (id === undefined) throw wrong("which invitation?", "chat invite list shows their ids")
    return { do: "withdraw", id }
  }
  if (name === "approve" || name === "deny") {
    if (id === undefined) throw wrong("whose request?", "chat invite list shows who waits, with their ids")
    return { do: name, who: id }
  }
  if (id !== undefined) throw wrong(`one at a time: ${name} or ${id}?`, `for example: chat invite ${name}`)
  if (name === "list") return { do: "invitations" }
  return invitationFor(name, flags)
}

function invitationFor(name: string, flags: Flags): Wanted {
  assertClientName(name)
  return {
    do: "invite",
    name,
    channels: (flags.channels ?? "general").split(",").map(channelIn),
    ttlMs: ttlMsOf(flags.ttl ?? "24h"),
    uses: usesOf(flags.uses ?? "1"),
    ...roleOf(flags.role ?? "member"),
    ...(flags.approve ? { approve: true as const } : {}),
  }
}

function roleOf(text: string): Pick<Wanted, "role"> {
  const role = ROLES.find((one) => one === text)
  if (role === undefined)
    throw wrong(`there is no role ${JSON.stringify(text)}`, `one of: ${ROLES.join(", ")}`)
  return role === "member" ? {} : { role }
}

function channelIn(text: string): string {
  if (isTarget(text)) return channelName(text)
  throw wrong(`${JSON.stringify(text)} cannot be a channel`, "--channels lab,news")
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function ttlMsOf(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN)
  if (ms >= 60_000 && ms <= INVITATION_TTL_MS_MAX) return ms
  throw wrong(`--ttl is a time up to 30d, not ${JSON.stringify(text)}`, "write 30m, 24h or 7d")
}

function usesOf(text: string): number {
  const uses = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (uses >= 1 && uses <= INVITATION_USES_MAX) return uses
  throw wrong(
    `--uses is a count from 1 to ${INVITATION_USES_MAX}, not ${JSON.stringify(text)}`,
    "an invitation is for one person; uses are their computers",
  )
}

async function ask(adminSocket: string, request: AdminRequest): Promise<Record<string, unknown>> {
  const answer = await askAdmin(adminSocket, request)
  if (answer.ok) return answer
  const isOfOne = request.do === "withdraw" || request.do === "approve" || request.do === "deny"
  const hint = isOfOne ? { hint: "chat invite list shows the ids, and who waits" } : {}
  throw new UserError(printable((answer as { error: string }).error), hint)
}

async function made(adminSocket: string, request: Wanted, flags: Flags) {
  const answer = (await ask(adminSocket, request)) as unknown as Made
  const { id, account, expires, pin, isInUse } = answer
  const { uses, channels } = request
  const link = linkOf({ ...answer, address: addressFor(answer, flags.host) })
  return { v: 1, type: "invitation", link, id, account, channels, uses, expires, pin, isInUse }
}

type Invitation = Awaited<ReturnType<typeof made>>

/** Every name is looked at before the first is invited. */
async function inviteAll(adminSocket: string, path: string, name: string | undefined, flags: Flags) {
  if (name !== undefined)
    throw wrong(`${name}, or those in ${path}?`, "chat invite --roster class.csv --print")
  if (flags.qr && !flags.print)
    throw wrong(
      "the QR codes of a class are for paper",
      "chat invite --roster class.csv --print --qr > class.html",
    )
  const requests = namesIn(path).map((one) => invitationFor(one, flags))
  const all: Invitation[] = []
  try {
    for (const request of requests) all.push(await made(adminSocket, request, flags))
  } finally {
    // Those that were made are good, whatever became of the next.
    printAll(all, flags)
  }
  return EXIT.done
}

function printAll(all: readonly Invitation[], flags: Flags) {
  const lines = flags.json
    ? all.map((one) => `${inertJson(one)}\n`)
    : all.map(({ account, link }) => `${account} ${link}\n`)
  const page = flags.qr ? pageWithCodes : pageOf
  process.stdout.write(flags.print ? page(all) : lines.join(""))
  sayIfHereOnly(all[0], flags)
}

function show(invitation: Invitation, { uses }: Wanted, flags: Flags) {
  const { link, id, account, expires, isInUse } = invitation
  if (flags.json) return void process.stdout.write(`${inertJson(invitation)}\n`)
  const often = uses === 1 ? "once" : uses === 2 ? "twice" : `${uses} times`
  process.stdout.write(
    `  Give ${account} this line (it works ${often}, until ${day(expires)} ${clock(expires)}):\n\n` +
      `    chat join ${link}\n\n` +
      `  Whoever has it is ${account}: send it where nobody else reads.\n` +
      `  To take it back:  chat invite withdraw ${id}\n`,
  )
  if (flags.approve)
    process.stdout.write(
      `  When ${account} has used it, compare the six words on that screen with those of\n` +
        `  chat invite list.  The same:      chat invite approve ${account}\n` +
        `                     Not the same:  chat invite deny ${account}\n`,
    )
  if (flags.qr) showCode(link)
  if (isInUse)
    process.stdout.write(
      `  ${account} is in use already: whoever uses the account now shares it\n  with who gets this line.\n`,
    )
}

/** On standard error: the line is as good as any for somebody on this computer. */
function sayIfHereOnly(invitation: Invitation | undefined, { host }: Flags) {
  const address = invitation && parseLink(invitation.link).address
  if (host !== undefined || address === undefined || !isLoopback(address)) return
  process.stderr.write(
    `chat: a line with ${address} works on this computer only:\n` +
      "chat: --host HOST says what others reach it by\n",
  )
}

function showCode(link: string) {
  const code = qrFor(link, process.stdout, process.env)
  if ("lacks" in code) process.stderr.write(`  ${code.lacks}\n`)
  else process.stdout.write(`\n${code.lines.map((line) => `${line}\n`).join("")}`)
}

function wrong(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: EXIT.usage })
}
