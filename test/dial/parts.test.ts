// The parts of dialling that need no network.
import { describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { formatAddress, parseAddress } from "../../src/dial/address.ts"
import { backOffMs } from "../../src/dial/back-off.ts"
import {
  profileNamed,
  profilesFolder,
  readProfiles,
  saveProfile,
  type Server,
} from "../../src/dial/profiles.ts"
import { Pulse } from "../../src/dial/pulse.ts"
import { SleepDetector } from "../../src/dial/sleep-detector.ts"
import { WriteQueue } from "../../src/dial/write-queue.ts"

test.each([
  ["lab.local", "lab.local:6697"],
  ["lab.local:7000", "lab.local:7000"],
  ["ircs://lab.local/", "lab.local:6697"],
  ["192.168.1.20", "192.168.1.20:6697"],
  ["fd00::1", "[fd00::1]:6697"],
  ["[fd00::1]:7000", "[fd00::1]:7000"],
])("address %s is %s", (text, address) => expect(formatAddress(parseAddress(text))).toBe(address))

test.each(["", ":6697", "host:", "host:0", "host:65536", "host:x", "[host]:1", "a b", "fd00::1:7000x"])(
  "%j is no address",
  (text) => expect(() => parseAddress(text)).toThrow(/is not an address/),
)

test("what a link hides in its address is no address, and never reaches the terminal", () => {
  for (const hidden of ["\x1b]0;title\x07", "\x9b2J", "\u202e", "\u200b"]) {
    const parse = () => parseAddress(`lab.${hidden}local`)
    expect(parse).toThrow(/is not an address/)
    expect(parse).not.toThrow(hidden)
  }
})

test("back-off doubles to half a minute, with full jitter", () => {
  const longest = Array.from({ length: 10 }, (_, attempt) => backOffMs(attempt, () => 1))
  expect(longest).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  expect(backOffMs(1000, () => 0.5)).toBe(15_000)
  expect(backOffMs(5, () => 0)).toBe(0)
})

describe("sleep", () => {
  test.each([
    ["nothing unusual", 1000, 1000, false],
    ["a busy machine", 3000, 3000, false],
    ["the monotonic clock stood still", 60_000, 1000, true],
    ["both clocks went on, the timer did not", 60_000, 60_000, true],
    ["the wall clock was corrected a little", 3000, 1000, false],
  ])("%s", (_, wallMs, monotonicMs, slept) => {
    expect(new SleepDetector(1000, 500, 700).slept(500 + wallMs, 700 + monotonicMs)).toBe(slept)
  })
})

describe("pulse", () => {
  test("after a minute of silence it asks, and fifteen seconds later it gives up", () => {
    const beats: [number, string][] = []
    const pulse = new Pulse(0, 0)
    for (let s = 1; s <= 80; s++) {
      const beat = pulse.beat(s * 1000, s * 1000)
      if (beat) beats.push([s, beat])
    }
    expect(beats.slice(0, 2)).toEqual([
      [60, "ask"],
      [75, "dead"],
    ])
  })

  test("any line is a sign of life", () => {
    const pulse = new Pulse(0, 0)
    for (let s = 1; s <= 200; s++) {
      if (s % 50 === 0) pulse.heard(s * 1000)
      expect(pulse.beat(s * 1000, s * 1000)).toBeUndefined()
    }
  })

  test("after a sleep it asks at once and waits three seconds only", () => {
    const pulse = new Pulse(0, 0)
    const hour = 3_600_000
    expect(pulse.beat(hour, 1000)).toBe("ask")
    expect(pulse.beat(hour + 2000, 3000)).toBeUndefined()
    expect(pulse.beat(hour + 3000, 4000)).toBe("dead")
  })
})

test("a write queue sends everything once and in order, whatever the socket takes", async () => {
  let room = 3
  let sent = ""
  const queue = new WriteQueue((bytes) => {
    const accepted = Math.min(room, bytes.length)
    sent += Buffer.from(bytes.subarray(0, accepted)).toString()
    room -= accepted
    return accepted
  })
  queue.push(["one", "two"])
  let drained = false
  const waiting = queue.drained().then(() => (drained = true))
  queue.push(["three"])
  await Promise.resolve()
  expect([sent, drained]).toEqual(["one", false])
  for (let i = 0; i < 10; i++) {
    room = 2
    queue.drain()
  }
  await waiting
  expect(sent).toBe("one\r\ntwo\r\nthree\r\n")
  expect(queue.bytesWaiting).toBe(0)
})

describe("profiles", () => {
  const PIN = "ab".repeat(32)
  const server: Server = {
    v: 1,
    pin: PIN,
    name: "Lab",
    hosts: ["lab.local:6697", "localhost:7000"],
    nick: "marie",
    channels: ["#general"],
    lastUsed: "2026-11-20T10:00:00.000Z",
  }

  test("come back as they were saved, the last used first; keys are for their owner alone", () => {
    const root = mkdtempSync(join(tmpdir(), "chat-profiles-"))
    try {
      saveProfile(root, server, { ca: "CA", cert: "CERT", key: "KEY" })
      const later = { ...server, pin: "cd".repeat(32), name: "Other", lastUsed: "2026-11-21T10:00:00.000Z" }
      saveProfile(root, later, { ca: "CA2", cert: undefined, key: undefined })
      const [first, second] = readProfiles(root)
      expect(first).toMatchObject({ server: later, ca: "CA2", cert: undefined })
      expect(second).toMatchObject({
        folder: join(root, PIN.slice(0, 16)),
        server,
        ca: "CA",
        cert: "CERT",
        key: "KEY",
      })
      expect(statSync(join(root, PIN.slice(0, 16), "me.key")).mode & 0o777).toBe(0o600)
      expect(profileNamed(readProfiles(root), "lab")?.server.name).toBe("Lab")
      expect(profileNamed(readProfiles(root), "nowhere")).toBeUndefined()
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  test("a damaged one is named, with what to do", () => {
    const root = mkdtempSync(join(tmpdir(), "chat-profiles-"))
    try {
      saveProfile(root, server, { ca: "CA", cert: undefined, key: undefined })
      writeFileSync(join(root, PIN.slice(0, 16), "server.json"), '{"v":2}')
      expect(() => readProfiles(root)).toThrow(/server\.json is damaged/)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  test("live where XDG says", () => {
    expect(profilesFolder({ XDG_DATA_HOME: "/data" })).toBe(join("/data", "chat", "servers"))
  })
})
