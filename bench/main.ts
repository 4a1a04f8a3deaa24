// `bun run bench`: runs chat and its floors in turn under the load program, and prints what they cost beside each other.
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs"
import { availableParallelism, cpus, release } from "node:os"
import { join } from "node:path"
import { makeCertificate, writeCertificate } from "./certificate.ts"
import { countDefects, noDefects } from "./load/ledger.ts"
import type { Outcome } from "./load/settings.ts"
import { readFlags } from "./options.ts"
import { type Round, short, table } from "./report.ts"
import { beside, chat, foreign, leash, type Running, type Server, type Site, start } from "./servers.ts"
import { type Test, TESTS } from "./tests.ts"

const LOAD = join(import.meta.dirname, "load.ts")
const LOAD_MS_MAX = 180_000
/** https://man7.org/linux/man-pages/man2/statfs.2.html */
const TMPFS_MAGIC = 0x01021994

const { flags, usage } = readFlags()

const say = (line: string) => process.stderr.write(`${line}\n`)

async function main(): Promise<number> {
  const tests = flags.only.length ? TESTS.filter(({ name }) => flags.only.some(names(name))) : TESTS
  if (flags.help || flags.list) {
    process.stdout.write(flags.help ? usage : `${TESTS.map(({ name }) => name).join("\n")}\n`)
    return 0
  }
  if (tests.length === 0) throw new Error("no test's name begins so: --list names them all")
  const measured = measuredServers()
  const folder = mkdtempSync(join(flags.dir, "chat-bench-"))
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  const site = { folder, ...writeCertificate(await makeCertificate(), folder) }

  const { rounds, failures } = await runAll(tests, measured, site)
  const servers = [...new Set(tests.flatMap(({ floors }) => floors)), ...measured.map(({ name }) => name)]
  if (flags.json) process.stdout.write(`${JSON.stringify({ machine: machine(), rounds })}\n`)
  else process.stdout.write(`${machine()}\n\n${table(tests, servers, rounds)}\n`)
  return failures > 0 || rounds.some(({ defects }) => defects > 0) ? 1 : 0
}

/** Whether an --only means this test: by its whole name, or by the beginning of several. */
const names = (test: string) => (only: string) =>
  TESTS.some(({ name }) => name === only) ? test === only : test.startsWith(only)

/** Servers take turns, and each round begins with another, so that none is always the one after a rest. */
async function runAll(tests: readonly Test[], measured: readonly Server[], site: Site) {
  const repeat = Number(flags.repeat ?? (flags.quick ? 1 : 5))
  const rounds: Round[] = []
  let failures = 0
  for (const test of tests) {
    const servers = [...test.floors.map(beside), ...measured]
    for (let round = 0; round < repeat; round++) {
      const first = round % servers.length
      for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
        try {
          rounds.push(await runRound(test, server, round, site))
        } catch (error) {
          failures++
          say(`bench: ${test.name}: ${(error as Error).message}`)
        }
      }
    }
  }
  return { rounds, failures }
}

function measuredServers(): Server[] {
  const others = flags.server.map(foreign)
  if (flags["no-chat"]) return others
  const [program = ""] = flags.chat.split(" ")
  if (program.includes("/") && !existsSync(program)) {
    say(
      `bench: ${program} does not exist, so only the floors run (bun run build makes it, --chat names another)`,
    )
    return others
  }
  return [chat(flags.chat), ...others]
}

/** One test of one server, freshly started. */
async function runRound(test: Test, server: Server, round: number, site: Site): Promise<Round> {
  const running = await start(server, site)
  try {
    const outcome: Outcome = test.load.length
      ? await load(test, server, running, site)
      : { figures: { startupMs: running.startupMs }, defects: noDefects() }
    const defects = countDefects(outcome.defects)
    const shown = test.figures.map(
      ({ key, label }) => `${short(outcome.figures[key] ?? Number.NaN)} ${label}`,
    )
    const stolen = outcome.figures["stealPercent"] ?? 0
    const note = stolen >= 1 ? `, ${short(stolen)} % stolen by the host` : ""
    say(`${test.name} ${round + 1} ${server.name}: ${shown.join(", ")}${note}`)
    if (defects) say(`  DEFECTS ${JSON.stringify(outcome.defects)}`)
    return { test: test.name, server: server.name, round, figures: outcome.figures, defects }
  } finally {
    await running.stop()
  }
}

async function load(test: Test, server: Server, { pid, port }: Running, site: Site): Promise<Outcome> {
  const place = ["--port", String(port), "--ca", site.cert, "--pid", String(pid)]
  const quick = flags.quick ? ["--warm-cpu", "0.2", "--cpu", "0.3", ...(test.quickLoad ?? [])] : []
  const returned = server.name === "floor-echo" ? ["--returned"] : []
  const args = [...test.load, ...quick, ...place, ...returned]
  const child = leash(
    Bun.spawn([process.execPath, LOAD, ...args], { stdout: "pipe", stderr: "inherit", timeout: LOAD_MS_MAX }),
  )
  const answer = await new Response(child.stdout).text()
  if (!answer) throw new Error(`${test.name}: the load program failed against ${server.name}`)
  return JSON.parse(answer) as Outcome
}

/** What a reader of the figures must know of the machine. */
function machine(): string {
  const tmpfs = statfsSync(flags.dir).type === TMPFS_MAGIC ? "; data on tmpfs, where fsync costs nothing" : ""
  const model = cpus()[0]?.model ?? "unknown"
  return `${availableParallelism()} x ${model}; Linux ${release()}; Bun ${Bun.version}${tmpfs}`
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130))

try {
  process.exitCode = await main()
} catch (error) {
  say(`bench: ${(error as Error).message}`)
  process.exitCode = 1
}
