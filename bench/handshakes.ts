// What a TLS handshake costs the server, whole and resumed, with a client's certificate and without, beside a server in Bun that
// does nothing else and beside openssl's. The time that a core needs is counted, not the time that passes: other programs on the
// machine change the one and hardly the other. `bun bench/handshakes.ts [--rounds 5] [--count 500] [--chat PROGRAM]`

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, type TLSSocket } from "node:tls"
import { parseArgs } from "node:util"
import { createAuthority } from "../src/authority/authority.ts"
import { issueClientCertificate, issueServerCertificate } from "../src/authority/issue.ts"
import { eachOf } from "./load/client.ts"
import { cpuSeconds, processTree } from "./proc.ts"
import { columns, median, short } from "./report.ts"
import { freePort, leash } from "./servers.ts"

const AT_ONCE = 8
const WARM_UP = 200
const READY_MS_MAX = 15_000
const WAIT_MS_MAX = 5000
const ROOT = join(import.meta.dirname, "..")
const NO_LIMITS = "[throttling]\nconnections_per_address = 0\nnew_connections_per_minute = 0\n"

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    count: { type: "string", default: "500" },
    chat: { type: "string", default: join(ROOT, "dist/chat") },
  },
})

const folder = mkdtempSync(join(tmpdir(), "chat-handshakes-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const authority = await createAuthority({})
const server = await issueServerCertificate(authority, ["127.0.0.1"])
const alice = await issueClientCertificate(authority, "alice")
const [cert, key, ca, config] = ["server.pem", "server.key", "ca.pem", "chat.toml"].map((name) =>
  join(folder, name),
) as [string, string, string, string]
for (const [path, text] of [
  [cert, server.pem],
  [key, server.keyPem],
  [ca, authority.pem],
  [config, NO_LIMITS],
] as const)
  writeFileSync(path, text, { mode: 0o600 })

/** The command that listens on a port; `asks` for a client's certificate or does not. */
const SERVERS: Readonly<Record<string, (port: number, asks: boolean) => string>> = {
  chat: (port, asks) =>
    `${flags.chat} serve --listen 127.0.0.1:${port} --cert ${cert} --ca ${ca} --data ${dataDirectory()} --access open ` +
    `--client-certs ${asks ? "optional" : "off"} --config ${config} --no-console`,
  "Bun.listen": (port, asks) =>
    `${process.execPath} ${join(import.meta.dirname, "handshake-floor.ts")} --port ${port} --cert ${cert} --key ${key}` +
    (asks ? ` --ca ${ca}` : ""),
  "openssl s_server": (port, asks) =>
    `openssl s_server -quiet -tls1_3 -accept ${port} -cert ${cert} -key ${key}` +
    (asks ? ` -CAfile ${ca} -verify 2` : ""),
}

const KINDS = [
  { name: "whole", isShown: false, isResumed: false },
  { name: "whole, certificate", isShown: true, isResumed: false },
  { name: "resumed", isShown: false, isResumed: true },
  { name: "resumed, certificate", isShown: true, isResumed: true },
] as const

interface Cell {
  readonly server: string
  readonly kind: string
  readonly round: number
  /** Of the server's CPU. */
  readonly ms: number
  readonly perSecond: number
}

const cells: Cell[] = []
for (let round = 0; round < Number(flags.rounds); round++)
  for (const { name, isShown, isResumed } of KINDS) {
    const names = Object.keys(SERVERS)
    const first = round % names.length
    for (const each of [...names.slice(first), ...names.slice(0, first)])
      cells.push({ server: each, kind: name, round, ...(await measure(each, isShown, isResumed)) })
  }
console.log(
  columns([["handshake", ...Object.keys(SERVERS)], ...KINDS.map(({ name }) => [name, ...rowOf(name)])]),
)

function rowOf(kind: string): string[] {
  return Object.keys(SERVERS).map((name) => {
    const mine = cells.filter((cell) => cell.kind === kind && cell.server === name)
    const ratios = mine.map(
      ({ ms, round }) =>
        ms /
        (cells.find((cell) => cell.kind === kind && cell.round === round && cell.server === "Bun.listen")
          ?.ms ?? Number.NaN),
    )
    const [ms, perSecond] = [median(mine.map((cell) => cell.ms)), median(mine.map((cell) => cell.perSecond))]
    return `${short(ms)} ms, ${short(1000 / ms)}/s a core x${median(ratios).toFixed(2)} (${short(perSecond)}/s here)`
  })
}

async function measure(name: string, isShown: boolean, isResumed: boolean) {
  const port = freePort()
  const command = SERVERS[name]?.(port, isShown) ?? ""
  const child = leash(
    Bun.spawn(["sh", "-c", `exec ${command}`], { stdin: "pipe", stdout: "ignore", stderr: "ignore" }),
  )
  try {
    const session = await firstSession(port, isShown)
    const shake = () => handshake(port, isShown, isResumed ? session : undefined)
    await times(WARM_UP, shake)
    const pids = processTree(child.pid)
    const cpu = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
    const [before, begun] = [cpu(), performance.now()]
    const count = Number(flags.count)
    await times(count, shake)
    return {
      ms: ((cpu() - before) * 1000) / count,
      perSecond: (count * 1000) / (performance.now() - begun),
    }
  } finally {
    child.kill("SIGKILL")
    await child.exited
  }
}

/** openssl's server serves one after the other, so it is asked by several at once like the rest, and they wait. */
function times(count: number, action: () => Promise<unknown>) {
  return eachOf(
    Array.from({ length: count }, (_, i) => i),
    AT_ONCE,
    async () => void (await action()),
  )
}

/** Connects, and leaves. Throws when it was not resumed and should have been. */
async function handshake(port: number, isShown: boolean, session?: Buffer) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = open(port, isShown, session)
  socket.on("secureConnect", () => {
    if (session && !socket.isSessionReused()) reject(new Error("the session was not resumed"))
    socket.end()
  })
  socket.on("error", reject).on("close", () => resolve())
  await within(promise, socket)
}

/** The server's library sends its ticket with the first bytes that the server says. */
async function firstSession(port: number, isShown: boolean): Promise<Buffer> {
  for (const end = performance.now() + READY_MS_MAX; ; await Bun.sleep(50)) {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const socket = open(port, isShown)
    socket.on("secureConnect", () => socket.write("CAP LS\r\n")).on("session", resolve)
    socket.on("error", reject).on("close", () => reject(new Error("closed before a ticket came")))
    try {
      return await within(promise, socket)
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}

function open(port: number, isShown: boolean, session?: Buffer) {
  const identity = isShown ? { cert: alice.pem, key: alice.keyPem } : {}
  const before = session ? { session } : {}
  // What is not read holds back the end.
  return connect({ host: "127.0.0.1", port, ca: authority.pem, ...identity, ...before }).resume()
}

async function within<T>(promise: Promise<T>, socket: TLSSocket): Promise<T> {
  const timer = setTimeout(() => socket.destroy(new Error("waited too long")), WAIT_MS_MAX)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

function dataDirectory(): string {
  const path = mkdtempSync(join(folder, "data-"))
  mkdirSync(path, { recursive: true })
  return path
}
