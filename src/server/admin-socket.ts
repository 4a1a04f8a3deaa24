// The administrator's door: a Unix socket in the data directory, which only its owner can reach. One request a connection
// or several, each a line of admin-protocol.ts.

import { existsSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { acted } from "../core/commands/staff-acted.ts"
import { UserError } from "../user-error.ts"
import type { Administration } from "./administration.ts"
import type { Endpoint } from "./endpoint.ts"
import type { Outcome } from "./outcome.ts"
import { listenPrivately } from "./private-socket.ts"
import { type AdminAnswer, type AdminRequest, REQUEST, REQUEST_BYTES_MAX } from "./admin-protocol.ts"

export interface AdminActions {
  readonly administration: Administration
  /** Reads configuration and certificates again; throws a UserError when they are bad, and nothing has changed then. */
  reload(): Promise<void>
  /** Opens the authority's key; throws a UserError when it cannot. */
  unlock(passphrase: string): Promise<void>
  /** Where the server listens. */
  readonly endpoints: readonly Endpoint[]
  /** Begins to stop; answered before the server is gone. */
  stop(): void
}

/** Opens the socket; the answer closes it. The caller holds the lock of the directory. */
export async function openAdminSocket(path: string, actions: AdminActions): Promise<() => void> {
  await removeStale(path)
  const listener = listenPrivately<{ text: string }>(path, {
    open: (socket) => void (socket.data = { text: "" }),
    data: (socket, chunk) => read(socket, chunk, actions),
    error() {},
  })
  return () => listener.stop(true)
}

// What kill -9 left behind, unless somebody answers.
async function removeStale(path: string) {
  if (!existsSync(path)) return
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path)
    probe.on("connect", () => resolve(true)).on("error", () => resolve(false))
    probe.on("connect", () => probe.destroy())
  })
  if (isAlive) throw new UserError(`${path} is in use by another process`, { exitCode: 78 })
  rmSync(path)
}

function read(socket: Bun.Socket<{ text: string }>, chunk: Uint8Array, actions: AdminActions) {
  const lines = (socket.data.text + new TextDecoder().decode(chunk)).split("\n")
  socket.data.text = lines.pop() ?? ""
  if (socket.data.text.length > REQUEST_BYTES_MAX) return socket.terminate()
  for (const line of lines) {
    void serve(socket, line, actions)
  }
}

async function serve(socket: Bun.Socket<{ text: string }>, line: string, actions: AdminActions) {
  const given = await answer(line, actions)
  await actions.administration.settled()
  await writeAll(socket, `${JSON.stringify(given)}\n`)
  // Only now, since stopping closes this socket too.
  if (given.ok && given["isStopping"]) actions.stop()
}

async function answer(line: string, actions: AdminActions): Promise<AdminAnswer> {
  try {
    const request = REQUEST.safeParse(JSON.parse(line))
    return request.success ? await obey(request.data, actions) : { v: 1, ok: false, error: "unknown request" }
  } catch (error) {
    const hint = error instanceof UserError && error.hint !== undefined ? { hint: error.hint } : {}
    return { v: 1, ok: false, error: error instanceof Error ? error.message : String(error), ...hint }
  }
}

async function obey(request: AdminRequest, actions: AdminActions): Promise<AdminAnswer> {
  const { administration } = actions
  switch (request.do) {
    case "list":
      return { v: 1, ok: true, people: administration.people.list() }
    case "status":
      return { v: 1, ok: true, ...(await administration.status()) }
    case "reload":
      administration.record(acted("rehash"))
      await actions.reload()
      return { v: 1, ok: true, done: "configuration and certificates were read again" }
    case "stop":
      administration.record(acted("stop"))
      return { v: 1, ok: true, done: "the server is stopping", isStopping: true }
    case "kick":
      return answerTo(administration.people.kickBy(request.words, request.reason))
    case "erase":
      return answerTo(administration.accounts.erase(request.name))
    case "ban":
      return answerTo(administration.bans.ban(request))
    case "unban":
      return answerTo(administration.bans.lift(request.target))
    case "bans":
      return { v: 1, ok: true, bans: administration.bans.list() }
    case "channels":
      return { v: 1, ok: true, channels: administration.channels.list() }
    case "mute":
      return answerTo(administration.channels.mute(request))
    case "unmute":
      return answerTo(administration.channels.unmute(request))
    case "role":
      return answerTo(administration.accounts.setRole(request.name, request.role))
    case "lockdown":
      return answerTo(administration.lockdown(request.on))
    case "invite": {
      const invited = await administration.invitations.make(request)
      return "error" in invited
        ? { v: 1, ok: false, error: invited.error }
        : { v: 1, ok: true, ...invited, endpoints: actions.endpoints }
    }
    case "invitations":
      return {
        v: 1,
        ok: true,
        invitations: administration.invitations.list(),
        waiting: administration.approvals.list(),
      }
    case "approve":
      return answerTo(await administration.approvals.decide(request.who, "approved"))
    case "deny":
      return answerTo(await administration.approvals.decide(request.who, "denied"))
    case "withdraw":
      return answerTo(await administration.invitations.withdraw(request.id))
    case "revoke":
      return answerTo(await administration.revocations.revoke(request))
    case "certificates":
      return { v: 1, ok: true, certificates: administration.revocations.list(request.name) }
    case "crl": {
      const list = await administration.revocations.listForOthers()
      return list
        ? { v: 1, ok: true, der: Buffer.from(list).toString("base64") }
        : {
            v: 1,
            ok: false,
            error: "this server cannot sign a list: its authority's key is locked or elsewhere",
          }
    }
    case "unlock":
      await actions.unlock(request.passphrase)
      administration.record(acted("unlock"))
      return { v: 1, ok: true, done: "the authority's key is open until the server stops" }
    case "register":
      return answerTo(await administration.accounts.register(request.name, request.password))
    case "password":
      return answerTo(await administration.accounts.changePassword(request.name, request.password))
  }
}

function answerTo(outcome: Outcome): AdminAnswer {
  return "error" in outcome
    ? { v: 1, ok: false, error: outcome.error }
    : { v: 1, ok: true, done: outcome.done }
}

/** A list of thousands is more than the system takes at once; the reader is on this machine and reads. */
async function writeAll(socket: Bun.Socket<{ text: string }>, text: string) {
  let bytes = new TextEncoder().encode(text)
  for (;;) {
    const written = socket.write(bytes)
    if (written < 0 || written === bytes.length) return
    bytes = bytes.subarray(written)
    await Bun.sleep(1)
  }
}
