// The load program: speaks IRC over TLS to any server and prints what it found as one line of JSON.
//   bun bench/load.ts fan-out --port 6697 --insecure --members 100 --window 16
import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { churn, connectStorm } from "./load/storm.ts"
import { direct, fanOut } from "./load/fan-out.ts"
import { echo } from "./load/echo.ts"
import { idle } from "./load/idle.ts"
import { latency } from "./load/latency.ts"
import { countDefects } from "./load/ledger.ts"
import { LIES } from "./load/lie.ts"
import type { Outcome, Settings } from "./load/settings.ts"

const MODES: Record<string, (settings: Settings) => Promise<Outcome>> = {
  "fan-out": fanOut,
  direct,
  connect: connectStorm,
  churn,
  idle,
  echo,
  latency,
}

const OPTIONS = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "6697" },
  ca: { type: "string" },
  insecure: { type: "boolean", default: false },
  pid: { type: "string" },
  members: { type: "string", default: "100" },
  senders: { type: "string", default: "1" },
  window: { type: "string", default: "1" },
  rate: { type: "string", default: "100" },
  capabilities: { type: "string", default: "echo-message" },
  returned: { type: "boolean", default: false },
  lie: { type: "string" },
  "warm-cpu": { type: "string", default: "1" },
  "warm-seconds": { type: "string", default: "10" },
  cpu: { type: "string", default: "1.5" },
  seconds: { type: "string", default: "30" },
  count: { type: "string", default: "Infinity" },
  "stall-ms": { type: "string", default: "5000" },
} as const

function readSettings(args: string[]): { mode: string; settings: Settings } {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  if (!values.ca && !values.insecure)
    throw new Error("name the server's authority with --ca, or say --insecure")
  const lie = LIES.find((each) => each === values.lie)
  if (values.lie && !lie) throw new Error(`--lie is one of ${LIES.join(", ")}`)
  const count = Number(values.count)
  return {
    mode: positionals[0] ?? "",
    settings: {
      target: {
        host: values.host,
        port: Number(values.port),
        ca: values.ca && readFileSync(values.ca, "utf8"),
      },
      pid: values.pid === undefined ? undefined : Number(values.pid),
      members: Number(values.members),
      senders: Number(values.senders),
      window: Number(values.window),
      ratePerSecond: Number(values.rate),
      capabilities: values.capabilities.split(",").filter(Boolean),
      lie,
      returned: values.returned,
      warmUp: { cpuSeconds: Number(values["warm-cpu"]), wallSeconds: Number(values["warm-seconds"]), count },
      measured: { cpuSeconds: Number(values.cpu), wallSeconds: Number(values.seconds), count },
      stallMs: Number(values["stall-ms"]),
    },
  }
}

try {
  const { mode, settings } = readSettings(process.argv.slice(2))
  const run = MODES[mode]
  if (!run) throw new Error(`say what to run: ${Object.keys(MODES).join(", ")}`)
  const outcome = await run(settings)
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
  process.exit(countDefects(outcome.defects) > 0 ? 1 : 0)
} catch (error) {
  process.stderr.write(`load: ${(error as Error).message}\n`)
  process.exit(2)
}
