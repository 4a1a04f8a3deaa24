// `bun bench/engine.ts`: what one core parses, executes and renders, command by command, without sockets and disk.
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { type Case, CASES } from "./engine/cases.ts"
import { Rig, type Said } from "./engine/rig.ts"
import { columns, median, short } from "./report.ts"

const USAGE = `usage: bun bench/engine.ts [--quick] [--only NAME]... [--repeat N] [--beside DIR] [--json] [--list]
  --quick     one short round: shows that everything works, and figures only roughly
  --only      only cases whose names begin so; may be repeated
  --repeat    rounds of each case (9)
  --beside    another work tree of this project, whose engine takes turns with this one
  --json      print all rounds as JSON instead of the table
  --list      list the cases
`
const OPTIONS = {
  quick: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] as string[] },
  repeat: { type: "string", default: "9" },
  beside: { type: "string" },
  json: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const

const ROUND_CPU_MS = 150

/** What a case cost on one engine: CPU microseconds a line, a round each. Or why that engine does not do it. */
type Outcome = { readonly costs: number[] } | { readonly refused: string }

interface Result {
  readonly name: string
  /** This work tree's, then that of `--beside`. */
  readonly outcomes: readonly Outcome[]
}

async function main(flags: ReturnType<typeof read>) {
  const cases = flags.only.length
    ? CASES.filter(({ name }) => flags.only.some((only) => name.startsWith(only)))
    : CASES
  if (cases.length === 0) throw new Error("no case's name begins so: --list names them all")
  if (flags.help || flags.list) {
    process.stdout.write(flags.help ? USAGE : cases.map(({ name }) => `${name}\n`).join(""))
    return
  }
  const roots = [resolve(import.meta.dirname, ".."), ...(flags.beside ? [resolve(flags.beside)] : [])]
  const results: Result[] = []
  for (const one of cases) {
    const players = await Promise.all(roots.map((root) => Player.of(root, one)))
    const [repeat, cpuMs] = flags.quick ? [1, 5] : [Number(flags.repeat), ROUND_CPU_MS]
    results.push({ name: one.name, outcomes: play(players, repeat, cpuMs) })
  }
  process.stdout.write(flags.json ? `${JSON.stringify(results)}\n` : `${table(results)}\n`)
  if (results.some(({ outcomes: [own] }) => own && "refused" in own)) process.exitCode = 1
}

/** One case on one engine. */
class Player {
  readonly #name: string
  readonly #turn: number
  readonly #rig: Rig
  readonly #line: (i: number) => Said
  #said = 0

  private constructor({ name, turn }: Case, rig: Rig, line: (i: number) => Said) {
    this.#name = name
    this.#turn = turn
    this.#rig = rig
    this.#line = line
  }

  static async of(root: string, one: Case): Promise<Player> {
    const rig = await Rig.of(root)
    return new Player(one, rig, one.prepare(rig))
  }

  refusal(): string | undefined {
    return this.#rig.refusal(this.#next(2))
  }

  /** Plays turns for so long; how many. */
  warmUp(cpuMs: number): number {
    let turns = 0
    for (const began = cpuUs(); cpuUs() - began < cpuMs * 1000; turns++)
      this.#rig.hear(this.#next(this.#turn))
    return turns
  }

  /** CPU microseconds a line. */
  round(turns: number): number {
    Bun.gc(true)
    const began = cpuUs()
    let bytes = 0
    for (let i = 0; i < turns; i++) bytes += this.#rig.hear(this.#next(this.#turn))
    if (bytes === 0) throw new Error(`${this.#name}: nobody was told anything`)
    return (cpuUs() - began) / (turns * this.#turn)
  }

  #next(lines: number): Said[] {
    return Array.from({ length: lines }, () => this.#line(this.#said++))
  }
}

/** Engines take turns, and each round begins with another. */
function play(players: readonly Player[], repeat: number, cpuMs: number): Outcome[] {
  const outcomes: Outcome[] = []
  const rounds: (() => void)[] = []
  for (const player of players) {
    const refused = player.refusal()
    if (refused !== undefined) outcomes.push({ refused })
    else {
      player.warmUp(cpuMs * 2)
      const turns = player.warmUp(cpuMs)
      const costs: number[] = []
      outcomes.push({ costs })
      rounds.push(() => costs.push(player.round(turns)))
    }
  }
  for (let round = 0; round < repeat; round++)
    for (let i = 0; i < rounds.length; i++) rounds[(round + i) % rounds.length]?.()
  return outcomes
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The fastest round says what the code costs, the median what the machine made of it. */
function table(results: readonly Result[]): string {
  const beside = results.some(({ outcomes }) => outcomes.length > 1)
  const head = ["said", "lines a CPU second", "us a line", "fastest round"]
  const rows = results.map(({ name, outcomes: [own, other] }) => {
    if (!own || "refused" in own) return [name, own?.refused ?? ""]
    const cost = median(own.costs)
    const row = [name, short(1e6 / cost), short(cost), short(Math.min(...own.costs))]
    return other ? [...row, ...comparison(own.costs, other)] : row
  })
  return columns([beside ? [...head, "beside", "ratio", "ratio of fastest"] : head, ...rows])
}

/** The median of the ratios within each round, since a busy machine changes both alike. */
function comparison(own: readonly number[], other: Outcome): string[] {
  if ("refused" in other) return ["-"]
  const ratios = own.map((cost, round) => cost / (other.costs[round] ?? Number.NaN))
  const fastest = Math.min(...own) / Math.min(...other.costs)
  return [short(median(other.costs)), median(ratios).toFixed(2), fastest.toFixed(2)]
}

function read() {
  const flags = parseArgs({ options: OPTIONS }).values
  if (!/^[1-9]\d?$/.test(flags.repeat)) throw new Error("--repeat is a number from 1 to 99")
  return flags
}

try {
  await main(read())
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n${USAGE}`)
  process.exitCode = 2
}
