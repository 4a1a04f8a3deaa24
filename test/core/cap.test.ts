// Lines of CAP for clients that know only one line each: https://ircv3.net/specs/extensions/capability-negotiation.html

import { expect, test } from "bun:test"
import { CAPABILITIES } from "../../src/protocol/capabilities.ts"
import { DEFAULT_LIMITS, LINE_BYTES_MAX } from "../../src/protocol/limits.ts"
import { byteLength } from "../../src/protocol/names.ts"
import { World } from "../support/engine.ts"

/** What `CAP` answers to somebody whose nick is so long, on a server whose name is as long as it may be. */
function answers(line: string, nickLength: number): string[] {
  const limits = { ...DEFAULT_LIMITS, nickLength: 390 }
  const world = new World({ serverName: `${"s".repeat(63)}.local`, limits })
  const arrival = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3" }
  const session = world.engine.connected(arrival, world.now)
  world.settle()
  for (const sent of [`NICK ${"n".repeat(nickLength)}`, line]) world.engine.receive(session, sent, world.now)
  const delivery = world.settle()[0]?.deliveries.find((one) => one.session === session)
  return delivery?.output.text.trimEnd().split("\r\n") ?? []
}

const NAMES = CAPABILITIES.map(({ name }) => name)
const wordsOf = (line: string) => line.slice(line.indexOf(" :") + 2).split(" ")

test.each([1, 32, 100, 200, 330])("CAP LS is one legal line for a nick of %i", (nickLength) => {
  const [line = "", ...more] = answers("CAP LS", nickLength)
  expect(more).toEqual([])
  expect(byteLength(line) + 2).toBeLessThanOrEqual(LINE_BYTES_MAX)
  for (const word of wordsOf(line)) expect(NAMES).toContain(word)
  if (NAMES.some((name) => !wordsOf(line).includes(name)) && wordsOf(line).some((name) => name.includes("/")))
    for (const name of NAMES) if (!name.includes("/")) expect(wordsOf(line)).toContain(name)
})

test.each([1, 200, 330])("CAP LS 302 says all, in legal lines, for a nick of %i", (nickLength) => {
  const lines = answers("CAP LS 302", nickLength)
  for (const line of lines) expect(byteLength(line) + 2).toBeLessThanOrEqual(LINE_BYTES_MAX)
  expect(lines.flatMap(wordsOf).map((word) => word.split("=", 1)[0])).toEqual(NAMES)
  expect(lines.map((line) => line.includes(" LS * :"))).toEqual(lines.map((_, i) => i < lines.length - 1))
})

test("what is acknowledged is said whole, in as many lines as it takes", () => {
  const lines = answers(`CAP REQ :${NAMES.join(" ")}`, 200)
  for (const line of lines) expect(byteLength(line) + 2).toBeLessThanOrEqual(LINE_BYTES_MAX)
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.flatMap(wordsOf)).toEqual(NAMES)
})
