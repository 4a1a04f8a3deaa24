// The house keeps its own rules: who may import whom, what a room may not touch, nothing dead, nothing without a specification and
// a transcript. A rule that no machine checks is advice.

import { expect, test } from "bun:test"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { CAPABILITIES } from "../src/protocol/capabilities.ts"
import { COMMANDS } from "../src/core/commands/index.ts"
import { longestFunctions, read, type SourceFile } from "./support/source.ts"

const ROOT = join(import.meta.dir, "..")

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  core: ["protocol"],
  storage: ["core", "protocol"],
  cluster: ["core", "protocol"],
  server: ["core", "protocol"],
  authority: [],
  client: ["protocol"],
  dial: ["protocol", "client", "authority"],
  terminal: ["client", "protocol"],
  web: ["client", "protocol"],
  cli: ["protocol", "core", "storage", "cluster", "server", "authority", "client", "dial", "terminal", "web"],
  "main.ts": ["cli"],
  "user-error.ts": [],
  "nearest.ts": [],
}
/** Rooms that know of another only its types. */
const TYPES_ONLY: readonly [room: string, of: string][] = [
  ["storage", "core"],
  ["cluster", "core"],
]
/** What the operator can cause, and what he may have meant, in words; nothing to the rooms below. */
const OPERATORS_WORDS = ["src/user-error.ts", "src/nearest.ts"]
const WITHOUT_USER_ERROR = ["protocol", "core", "client"]

const TIME_AND_CHANCE = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bcrypto\./
const TIMERS = /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/
const OUTSIDE = /\bBun\b|\bconsole\b|\bprocess\.|\bfetch\(|\bdocument\.|\bwindow\./
const BANNED: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [OUTSIDE, TIME_AND_CHANCE, TIMERS, /\bawait\b|\basync\b/],
  core: [OUTSIDE, TIME_AND_CHANCE, TIMERS, /\bawait\b|\basync\b/],
  client: [OUTSIDE, TIME_AND_CHANCE, TIMERS, /\bawait\b|\basync\b/],
  server: [/\bconsole\b/],
  storage: [/\bconsole\b/],
  authority: [/\bconsole\b/],
  dial: [/\bconsole\b/],
  terminal: [/\bconsole\b/],
}

/** Nowhere in src, strings and comments apart. */
const NOWHERE: readonly [what: string, pattern: RegExp][] = [
  ["the type any", /(?:[:<,|&(]|\bas|=)\s*any\b/],
  ["a non-null assertion", /[\w)\]]!(?![=\w(])/],
  ["a regular expression made at run time", /\bnew RegExp\((?!["/])|\bRegExp\((?!["/])/],
  ["an empty catch", /\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}/],
]

/** Where a rule would make the code uglier, and why it may be broken there. */
const EXCUSED: readonly string[] = [
  // Finds a nick as a word; everything in it that means something is escaped.
  "src/client/spoken.ts: a regular expression made at run time",
]

const files: readonly SourceFile[] = sources("src").map((path) => read(join(ROOT, path), path))
const byPath = new Map(files.map((file) => [file.path, file]))

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .toSorted()
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? path
}

/** The path in the repository that an import of `file` means, if it is one of ours. */
function target(file: SourceFile, specifier: string): string | undefined {
  return specifier.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file.path), specifier)) : undefined
}

test("rooms import only what they may", () => {
  const wrong: string[] = []
  for (const file of files) {
    const room = roomOf(file.path)
    const may = MAY_IMPORT[room]
    if (!may) wrong.push(`${file.path} is in no room of the house`)
    for (const { specifier, kind } of file.imports) {
      const path = target(file, specifier)
      const says = `${file.path} imports ${specifier}`
      if (path === undefined) wrong.push(...foreign(room, specifier).map((why) => `${says}: ${why}`))
      else if (path === "package.json" || kind === "worker") continue
      else if (OPERATORS_WORDS.includes(path)) {
        if (WITHOUT_USER_ERROR.includes(room)) wrong.push(`${says}: an operator's error`)
      } else {
        const other = roomOf(path)
        if (!byPath.has(path)) wrong.push(`${says}: there is no such file`)
        if (other !== room && !may?.includes(other)) wrong.push(`${says}: ${room} may not know ${other}`)
        const onlyTypes = TYPES_ONLY.some(([one, of]) => one === room && of === other)
        if (onlyTypes && kind === "value") wrong.push(`${says}: ${room} may know only types of ${other}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

/** Why a room may not import what is not ours. */
function foreign(room: string, specifier: string): string[] {
  const why: string[] = []
  if (["protocol", "core", "client"].includes(room)) why.push("pure rooms import nothing from outside")
  if (["consola", "citty"].includes(specifier) && room !== "cli") why.push("only cli speaks to the operator")
  if (specifier === "bun:sqlite" && room !== "storage") why.push("only storage speaks SQL")
  if (/^(?:@peculiar\/x509|asn1js|pkijs|selfsigned)$/.test(specifier) && room !== "authority")
    why.push("only the authority signs")
  return why
}

// Types within a room may name each other; between rooms the table above knows no way back.
test("no file imports itself by a detour", () => {
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "))
    if (done.has(path) || trail.includes(path)) return
    const file = byPath.get(path)
    for (const { specifier, kind } of file?.imports ?? []) {
      const next = file && kind === "value" ? target(file, specifier) : undefined
      if (next !== undefined) walk(next, [...trail, path])
    }
    done.add(path)
  }
  for (const file of files) walk(file.path, [])
  expect(cycles).toEqual([])
})

test("rooms touch only what they may", () => {
  const wrong: string[] = []
  for (const file of files) {
    for (const pattern of BANNED[roomOf(file.path)] ?? [])
      wrong.push(...found(file, pattern, "banned in this room"))
    for (const [what, pattern] of NOWHERE) wrong.push(...found(file, pattern, what))
    for (const [i, line] of file.text.split("\n").entries()) {
      if (/\b(?:TODO|FIXME|XXX)\b/.test(line))
        wrong.push(`${file.path}:${i + 1}: what is to be done is an issue`)
    }
  }
  expect(wrong).toEqual([])
})

function found(file: SourceFile, pattern: RegExp, what: string): string[] {
  if (EXCUSED.includes(`${file.path}: ${what}`)) return []
  const everywhere = new RegExp(pattern.source, "g")
  return [...file.code.matchAll(everywhere)].map((match) => {
    const line = file.code.slice(0, match.index).split("\n").length
    return `${file.path}:${line}: ${what}: ${match[0].trim()}`
  })
}

/** The log without a disk, which tests of the server stand on. */
const FOR_TESTS = ["src/storage/memory-log.ts"]

test("no file is dead", () => {
  const scripts = readdirSync(join(ROOT, "scripts"), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(ROOT, "scripts", entry.name), "utf8"))
  const named = scripts.flatMap((text) =>
    [...text.matchAll(/\bsrc\/[\w./-]+\.ts\b/g)].map((match) => match[0]),
  )
  const alive = new Set<string>()
  const enter = (path: string) => {
    const file = byPath.get(path)
    if (!file || alive.has(path)) return
    alive.add(path)
    for (const { specifier } of file.imports) enter(target(file, specifier) ?? "")
  }
  for (const path of ["src/main.ts", ...named]) enter(path)
  for (const path of FOR_TESTS) enter(path)
  const dead = files.map((file) => file.path).filter((path) => !alive.has(path))
  expect(dead).toEqual([])
})

const transcripts = readdirSync(join(ROOT, "test/transcripts"))
  .map((name) => readFileSync(join(ROOT, "test/transcripts", name), "utf8"))
  .join("\n")

test.each([...COMMANDS.values()])("$name has a specification and a transcript", ({ name, specification }) => {
  expect(specification).toStartWith("https://")
  expect(new RegExp(`^\\S+ > (?:@\\S+ )?${name}\\b`, "mi").test(transcripts)).toBeTrue()
})

test.each([...CAPABILITIES])("$name has a specification and a transcript", ({ name, specification }) => {
  expect(specification).toMatch(/^https:\/\/(?:ircv3\.net\/specs|codeberg\.org\/emersion\/soju)\//)
  expect(transcripts).toMatch(new RegExp(`^\\S+ (?:connects|> CAP REQ) .*${name}(?: |$)`, "m"))
})

test("no file speaks of the place it was made in", () => {
  // Written backwards, so that this file does not speak of them either.
  const places = ["/krow/", "ngised/pmt/", "sjmpn.yrtsiger", "buhtig.gkp.mpn", "yrotcafitra"].map((place) =>
    [...place].toReversed().join(""),
  )
  const listed = Bun.spawnSync(["git", "ls-files", "-co", "--exclude-standard"], {
    cwd: ROOT,
  }).stdout.toString()
  const wrong: string[] = []
  for (const path of listed.split("\n")) {
    if (path === "" || !statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile()) continue
    const text = readFileSync(join(ROOT, path), "utf8")
    for (const place of places) {
      // Not a folder of another path that ends so.
      const at = text.search(new RegExp(`(?<![\\w.)-])${place.replaceAll(".", "\\.")}`))
      if (at >= 0) wrong.push(`${path}:${text.slice(0, at).split("\n").length}: ${place}`)
    }
  }
  expect(wrong).toEqual([])
})

test("the longest files and functions are seen", () => {
  const lengths = files.map((file) => ({ lines: file.text.trimEnd().split("\n").length, what: file.path }))
  const functions = files.flatMap(longestFunctions)
  for (const [title, rows] of [
    ["files", lengths],
    ["functions", functions],
  ] as const) {
    const longest = rows.toSorted((a, b) => b.lines - a.lines).slice(0, 10)
    const median = rows.map((row) => row.lines).toSorted((a, b) => a - b)[rows.length >> 1]
    console.log(`The longest ${title} (median ${median} lines)`)
    for (const { lines, what } of longest) console.log(`  ${String(lines).padStart(4)}  ${what}`)
  }
  expect(functions.length).toBeGreaterThan(files.length)
})
