// The servers of a run: how each is started, when it is ready, and how it ends.
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { Client } from "./load/client.ts"
import { processTree } from "./proc.ts"

/** A name and a command with {port}, {plain} (a second port), {cert}, {key} and {dir} (an empty folder) in it. */
export type Server = { name: string; command: string; config?: string }

export type Running = { pid: number; port: number; startupMs: number; stop: () => Promise<void> }

/** What all servers of a run share: the folder, and the paths of the certificate and its key. */
export type Site = { folder: string; cert: string; key: string }

const READY_MS_MAX = 15_000
const STOP_MS_MAX = 6000
const FLOOR = join(import.meta.dirname, "floor.ts")
const FORGETFUL = join(import.meta.dirname, "forgetful.ts")

/** No limits, as in every other server of the comparison; all else as it comes. */
const CHAT_CONFIG = `[throttling]
fakelag = false
connections_per_address = 0
new_connections_per_minute = 0
`

const floor = (name: string): Server => ({
  name,
  command: `'${process.execPath}' '${FLOOR}' --mode ${name.replace("floor-", "")} --port {port} --cert {cert} --key {key}`,
})

/** The server without its log, or with the least of one. */
const forgetful = (name: string, more = ""): Server => ({
  name,
  command: `'${process.execPath}' '${FORGETFUL}' --port {port} --cert {cert} --key {key} --dir {dir} ${more}`,
  config: CHAT_CONFIG,
})

/** What takes turns with chat in a test, to stand beside it. */
export function beside(name: string): Server {
  if (name === "forgetful") return forgetful(name)
  return name === "bare-log" ? forgetful(name, "--barely") : floor(name)
}

export const chat = (program: string): Server => ({
  name: "chat",
  command:
    `${program} serve --listen 127.0.0.1:{port} --cert {cert} --key {key} --data {dir}/data ` +
    "--access open --client-certs off --config {dir}/chat.toml --no-console",
  config: CHAT_CONFIG,
})

/** Reads `NAME=COMMAND`. */
export function foreign(text: string): Server {
  const at = text.indexOf("=")
  if (at < 1) throw new Error(`--server wants NAME=COMMAND, not ${text}`)
  return { name: text.slice(0, at), command: text.slice(at + 1) }
}

/** Starts a server in a folder of its own and waits until it has welcomed a first client over TLS. */
export async function start(server: Server, site: Site): Promise<Running> {
  const dir = mkdtempSync(join(site.folder, `${server.name}-`))
  mkdirSync(join(dir, "data"), { mode: 0o700 })
  if (server.config) writeFileSync(join(dir, "chat.toml"), server.config)
  const [port, plain] = [freePort(), freePort()]
  const command = fill(server.command, {
    port: `${port}`,
    plain: `${plain}`,
    cert: site.cert,
    key: site.key,
    dir,
  })
  const log = join(dir, "output")
  const out = openSync(log, "w")
  const startedAt = performance.now()
  const child = leash(
    Bun.spawn(["sh", "-c", `exec ${command}`], { stdin: "ignore", stdout: out, stderr: out }),
  )
  closeSync(out)
  const stop = async () => {
    await end(child)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const welcomedAt = await welcome(port, readFileSync(site.cert, "utf8"), () => child.exitCode !== null)
    return { pid: child.pid, port, startupMs: welcomedAt - startedAt, stop }
  } catch (error) {
    const said = readFileSync(log, "utf8").slice(-2000)
    await stop()
    throw new Error(`${server.name} did not start: ${(error as Error).message}\n${command}\n${said}`, {
      cause: error,
    })
  }
}

const leashed = new Set<Bun.Subprocess>()
process.on("exit", () => {
  for (const child of leashed) child.kill("SIGKILL")
})

/** Makes sure that a process does not outlive this one. */
export function leash<Child extends Bun.Subprocess>(child: Child): Child {
  leashed.add(child)
  void child.exited.then(() => leashed.delete(child))
  return child
}

/** Returns the moment of the first 001. */
async function welcome(port: number, ca: string, gone: () => boolean): Promise<number> {
  const deadline = performance.now() + READY_MS_MAX
  for (;;) {
    const client = new Client(0)
    try {
      await client.connect({ host: "127.0.0.1", port, ca })
      await client.register()
      const at = performance.now()
      await client.quit()
      return at
    } catch (error) {
      client.drop()
      if (gone() || performance.now() > deadline) throw error
      await Bun.sleep(1)
    }
  }
}

/**
 * Fills in the words in braces, in small letters or capitals. `{file:PATH}` is a copy of that file, filled in likewise,
 * for servers that want everything in a configuration file.
 */
function fill(text: string, words: Record<string, string> & { dir: string }): string {
  const withFiles = text.replace(/\{file:([^}]+)\}/g, (_, path: string) => {
    const copy = join(words.dir, basename(path))
    writeFileSync(copy, fill(readFileSync(path, "utf8"), words))
    return copy
  })
  return withFiles.replace(/\{(\w+)\}/g, (braced, word: string) => words[word.toLowerCase()] ?? braced)
}

export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

/** Asks the process and what it started to end, and then makes it. */
async function end(child: Bun.Subprocess) {
  if (child.exitCode !== null) return
  const pids = processTree(child.pid)
  child.kill("SIGTERM")
  const ended = await Promise.race([child.exited, Bun.sleep(STOP_MS_MAX).then(() => "late" as const)])
  if (ended === "late") child.kill("SIGKILL")
  await child.exited
  for (const pid of pids.slice(1)) killIfAlive(pid)
}

function killIfAlive(pid: number) {
  try {
    process.kill(pid, "SIGKILL")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}
