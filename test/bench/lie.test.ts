// A load program that finds no defect proves nothing until it has been shown to find them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { makeCertificate } from "../../bench/certificate.ts"
import { type FloorMode, startFloor } from "../../bench/floor.ts"
import { direct, fanOut } from "../../bench/load/fan-out.ts"
import { type Defects, noDefects } from "../../bench/load/ledger.ts"
import { LIES_MAX, type Lie } from "../../bench/load/lie.ts"
import type { Settings } from "../../bench/load/settings.ts"

const MODES: FloorMode[] = ["write", "tick", "echo"]
const targets = new Map<FloorMode, Settings["target"]>()
const stops: (() => void)[] = []

beforeAll(async () => {
  const certificate = await makeCertificate()
  for (const mode of MODES) {
    const server = startFloor(mode, certificate)
    targets.set(mode, { host: "127.0.0.1", port: server.port, ca: certificate.cert })
    stops.push(() => server.stop(true))
  }
})
afterAll(() => stops.forEach((stop) => stop()))

function settings(mode: FloorMode, more: Partial<Settings> = {}): Settings {
  return {
    target: targets.get(mode)!,
    members: 10,
    senders: 1,
    window: 4,
    ratePerSecond: 100,
    capabilities: ["echo-message"],
    returned: false,
    warmUp: { cpuSeconds: 1, wallSeconds: 2, count: 100 },
    measured: { cpuSeconds: 1, wallSeconds: 2, count: 2000 },
    stallMs: 500,
    ...more,
  }
}

describe("an honest run has no defect", () => {
  const runs: [string, FloorMode, Partial<Settings>][] = [
    ["one write a line", "write", {}],
    ["one write a tick", "tick", {}],
    ["ten senders", "tick", { senders: 10 }],
    ["a server that does not echo", "write", { capabilities: [] }],
    ["a server that does not echo, ten senders", "tick", { capabilities: [], senders: 10 }],
  ]
  test.each(runs)("%s", async (_, mode, more) => {
    const { figures, defects } = await fanOut(settings(mode, more))
    expect(defects).toEqual(noDefects())
    expect(figures["deliveries"]).toBeGreaterThanOrEqual(2000)
  })

  test("direct messages", async () => {
    const { figures, defects } = await direct(settings("echo", { returned: true }))
    expect(defects).toEqual(noDefects())
    expect(figures["deliveries"]).toBeGreaterThanOrEqual(2000)
  })
})

describe("a lie is noticed for what it is", () => {
  const lies: [Lie, keyof Defects][] = [
    ["lose", "lost"],
    ["double", "repeated"],
    ["swap", "reordered"],
    ["corrupt", "corrupted"],
  ]
  test.each(lies)("%s: %s", async (lie, defect) => {
    const { defects } = await fanOut(settings("tick", { lie }))
    // One member has not heard what the others heard in their order, unless only letters were changed.
    const disagreed = lie === "corrupt" ? 0 : 1
    expect(defects).toEqual({ ...noDefects(), [defect]: LIES_MAX, disagreed })
  })

  test("swapped messages of two senders, each in its order", async () => {
    const { defects } = await fanOut(settings("tick", { lie: "swap", senders: 10, window: 1 }))
    expect(defects.disagreed).toBe(1)
  })

  test("a loss that stops the loop", async () => {
    const { defects } = await fanOut(settings("tick", { lie: "lose", window: 1 }))
    expect(defects.lost).toBe(1)
  })
})
