// Lines of anything, from a seed: half sense, half noise, and what the engine may answer to them.

import { COMMANDS } from "../../src/core/commands/index.ts"
import { CAPABILITIES } from "../../src/protocol/capabilities.ts"
import { LineReader } from "../../src/protocol/line-reader.ts"
import type { Session } from "../../src/core/session.ts"
import { CHANNELS, chatter, NICKS } from "../support/chatter.ts"
import { World } from "../support/engine.ts"
import { Random } from "../support/random.ts"
import { wellFormed } from "../support/well-formed.ts"

/** More in one world would only make its log long. */
export const LINES_OF_A_SEED = 5000

const ODD = [
  "\0",
  "\r",
  "\x1b[2J",
  "\u202e",
  "é",
  "€",
  "😀",
  " ",
  ":",
  ",",
  ";",
  "=",
  "@",
  "!",
  "*",
  "#",
  "\\",
  "\t",
  "%s",
]
const WORDS = [
  ...NICKS,
  ...CHANNELS,
  "*",
  "0",
  ":",
  "",
  "msgid=",
  "timestamp=2026",
  "302",
  "LS",
  "REQ",
  "END",
  "SET",
  "GET",
  "+",
  "-",
  "+o",
  "-b",
  "sesame",
]
const NAMES = [...COMMANDS.keys(), "FROB", "001"]

/** Plays `lines` lines from `seed` against one engine and counts in `heard` what it answers; throws where it breaks. */
export function play(seed: number, lines: number, heard: Map<string, number>) {
  const random = new Random(seed)
  const world = new World({ motd: ["Hello"], passwordNeeded: seed % 5 === 0 })
  const sessions: Session[] = []
  for (let i = 0; i < lines; i++) {
    world.now += random.below(2000) - 100
    if (sessions.length < 6) sessions.push(arrival(world, random))
    const session = random.pick(sessions)
    const reader = new LineReader({ tagBytesMax: 4096, lineBytesMax: 512, unfinishedBytesMax: 16_384 })
    reader.push(bytes(random), (line) => world.engine.receive(session, line, world.now))
    for (const turn of world.settle()) {
      for (const { output } of turn.deliveries) {
        for (const line of output.text.trimEnd().split("\r\n")) {
          const { command } = wellFormed(line)
          heard.set(command, (heard.get(command) ?? 0) + 1)
        }
      }
    }
    for (const [at, one] of sessions.entries()) {
      if (!one.closing) continue
      world.engine.closed(one, "gone", world.now)
      sessions.splice(at, 1)
    }
    // Old rows would only slow CHATHISTORY down.
    world.rows.splice(0, world.rows.length - 100)
  }
  const defects = world.entries.filter((entry) => entry.level === "error")
  if (defects.length > 0) throw new Error(JSON.stringify(defects))
}

function arrival(world: World, random: Random): Session {
  const name = random.pick(NICKS)
  const certificate = { name, issuer: random.pick(["authority", "elsewhere"]), fingerprint: "fingerprint" }
  const session = world.engine.connected(
    {
      address: "192.0.2.1",
      host: "host",
      tlsVersion: "TLSv1.3",
      ...(random.chance(0.3) ? { certificate } : {}),
    },
    world.now,
  )
  session.capabilities = random.below(1 << CAPABILITIES.length)
  if (random.chance(0.8)) {
    for (const line of ["PASS sesame", `NICK ${name}`, "USER u 0 * :U"])
      world.engine.receive(session, line, world.now)
  }
  return session
}

function bytes(random: Random): Uint8Array {
  let line = random.chance(0.7) ? chatter(random, () => words(random, 3)) : nonsense(random)
  while (random.chance(0.3)) {
    const at = random.below(line.length + 1)
    const odd = random.chance(0.1) ? random.pick(ODD).repeat(random.below(600)) : random.pick(ODD)
    line = line.slice(0, at) + odd + line.slice(at + random.below(3))
  }
  const whole = Buffer.from(`${line}\r\n`)
  while (random.chance(0.1)) whole[random.below(whole.length)] = random.below(256)
  return whole
}

function nonsense(random: Random): string {
  return `${random.pick(NAMES)} ${words(random, 6)}`
}

function words(random: Random, max: number): string {
  return Array.from({ length: random.below(max) }, () => random.pick(WORDS)).join(" ")
}

/** `scripts/fuzz [LINES] [SEED]`: a fresh engine for every 5,000 lines, each with a seed of its own. */
if (import.meta.main) {
  const [lines = 1_000_000, first = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
  const heard = new Map<string, number>()
  const began = performance.now()
  console.log(`${lines} lines from seed ${first}`)
  for (let played = 0, seed = first; played < lines; played += LINES_OF_A_SEED, seed++) {
    try {
      play(seed, Math.min(LINES_OF_A_SEED, lines - played), heard)
    } catch (cause) {
      console.error(`again with: scripts/fuzz ${LINES_OF_A_SEED} ${seed}`)
      throw cause
    }
  }
  const seconds = (performance.now() - began) / 1000
  console.log(
    `no defect; ${Math.round(lines / seconds)} lines/s, ${seconds.toFixed(1)} s, ${heard.size} kinds of answer`,
  )
}
