// `chat serve` as a process in a folder of its own: started, asked, stopped, killed, and started again on the same data.

import type { Subprocess } from "bun"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Status } from "../../src/server/administration.ts"
import { type TestAuthority, testAuthority } from "./certificates.ts"
import { CHAT, chat, type Ended, environment } from "./program.ts"
import { until } from "./until.ts"

export interface ServerOptions {
  /** More flags; those of the default are `--listen`, `--data`, `--cert`, `--access open`. */
  readonly flags?: readonly string[]
  /** The text of chat.toml. */
  readonly config?: string
  /** The data directory, if not one in the server's folder. */
  readonly data?: string
  /** What the program is run by: strace and its arguments. */
  readonly before?: readonly string[]
}

/** No delays: for tests that send fast and mean something else. */
export const NO_THROTTLING =
  "[throttling]\nfakelag = false\nconnections_per_address = false\nnew_connections_per_minute = false\n"

/** A folder that holds one site's certificates, one server's data and its clients' homes. */
export class TestServer {
  readonly authority: TestAuthority
  /** An empty home for clients, and everything else a test wants to leave somewhere. */
  readonly folder: string
  readonly data: string
  port = 0
  /** What it is run by from its next start on. */
  before: readonly string[]
  readonly #options: ServerOptions
  #child: Subprocess<"ignore", "pipe", "pipe"> | undefined
  #said = ""

  constructor(authority: TestAuthority, options: ServerOptions) {
    this.authority = authority
    this.#options = options
    this.before = options.before ?? []
    this.folder = mkdtempSync(join(tmpdir(), "chat-e2e-"))
    this.data = options.data ?? join(this.folder, "data")
    this.configure(options.config ?? "")
  }

  get pid(): number {
    return this.#child?.pid ?? -1
  }

  /** What it wrote to both streams since its last start. */
  get said(): string {
    return this.#said
  }

  /** Writes chat.toml: for the next start, or for `chat admin reload`. */
  configure(text: string) {
    writeFileSync(join(this.folder, "chat.toml"), text)
  }

  /** Whose home this is lives in it: profiles of one are not seen by another. */
  home(name: string): string {
    const path = join(this.folder, "homes", name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** Again on the same data and port, if it ran before; resolves when it accepts connections. */
  async start(): Promise<void> {
    const { flags = [] } = this.#options
    const { certPath } = await this.authority.issueServer()
    const access = flags.includes("--access") ? [] : ["--access", "open"]
    const own = ["--cert", certPath, "--data", this.data, "--config", join(this.folder, "chat.toml")]
    const listen = ["--listen", `127.0.0.1:${this.port}`]
    const child = Bun.spawn([...this.before, CHAT, "serve", ...listen, ...own, ...access, ...flags], {
      cwd: this.folder,
      env: environment(this.home("server")),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    })
    this.#child = child
    this.#said = ""
    void this.#listen(child.stdout)
    void this.#listen(child.stderr)
    leash(child)
    const ready = () => {
      const ended = child.exitCode ?? child.signalCode
      if (ended !== null) throw new Error(`chat serve ended with ${ended}:\n${this.#said}`)
      return / ready /.test(this.#said)
    }
    await until(ready, () => `the server to be ready; it said\n${this.#said}`)
    this.port = Number(/:\/\/127\.0\.0\.1:(\d+)/.exec(this.#said)?.[1])
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number> {
    return (await this.#child?.exited) ?? -1
  }

  /** Asks it to stop, as a service manager does; its exit code. */
  async stop(): Promise<number> {
    this.#child?.kill("SIGTERM")
    return this.ended()
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL")
    await this.#child?.exited
  }

  /** `chat admin …` on this server's data directory. */
  admin(...args: string[]): Promise<Ended> {
    return chat(["admin", ...args, "--data", this.data], { home: this.home("server") })
  }

  async status(): Promise<Status> {
    const { stdout } = await this.admin("status", "--json")
    return JSON.parse(stdout) as Status
  }

  /** Resident memory of the process, in MiB. */
  rssMiB(): number {
    const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, "latin1")) ?? []
    return Number(kib) / 1024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
    this.authority.cleanup()
  }

  async #listen(stream: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder()
    for await (const bytes of stream) this.#said += decoder.decode(bytes, { stream: true })
  }
}

/** A server that is ready: `await using server = await startServer()`. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(await testAuthority(), options)
  await server.start()
  return server
}

const leashed = new Set<Subprocess>()
process.on("exit", () => {
  for (const child of leashed) child.kill("SIGKILL")
})

/** Makes sure that a process does not outlive the tests. */
export function leash<Child extends Subprocess>(child: Child): Child {
  leashed.add(child)
  void child.exited.then(() => leashed.delete(child))
  return child
}
