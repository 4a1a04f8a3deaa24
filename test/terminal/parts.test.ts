import { Crowd } from "../../src/terminal/crowd.ts"
import { expect, test } from "bun:test"
import { Outage } from "../../src/terminal/outage.ts"
import { Gathering } from "../../src/terminal/paste.ts"
import { parseWhen } from "../../src/terminal/when.ts"

const NOW = Date.UTC(2026, 10, 21, 15, 30)

test.each([
  ["2026-11-20", Date.UTC(2026, 10, 20)],
  ["2026-11-20T14:02", Date.UTC(2026, 10, 20, 14, 2)],
  ["2026-11-20T14:02:03.000Z", Date.UTC(2026, 10, 20, 14, 2, 3)],
  ["14:02", Date.UTC(2026, 10, 21, 14, 2)],
  ["23:50", Date.UTC(2026, 10, 20, 23, 50)],
  ["24:00", undefined],
  ["today", Date.UTC(2026, 10, 21)],
  ["yesterday", Date.UTC(2026, 10, 20)],
  ["90m", NOW - 5_400_000],
  ["2d", NOW - 2 * 86_400_000],
  ["999999d", 0],
  ["1969-12-31", 0],
  ["9999-12-31T23:59", Date.UTC(9999, 11, 31)],
  ["2028-02-29", Date.UTC(2028, 1, 29)],
  ["2026-02-29", undefined],
  ["2026-02-31T14:02:03Z", undefined],
  ["2026-13-40", undefined],
  ["noon", undefined],
  ["", undefined],
])("%j as a time", (text, at) => {
  process.env.TZ = "UTC"
  expect(parseWhen(text, NOW)).toBe(at)
})

test("of a lost connection each reason is told once, and every minute that it lasts", () => {
  process.env.TZ = "UTC"
  const outage = new Outage()
  const told = [
    outage.words("lost", 100, NOW),
    outage.words("refused", 400, NOW + 200),
    outage.words("refused", 800, NOW + 1_000),
    outage.words("refused", 20_000, NOW + 60_200),
  ]
  expect(told).toEqual([
    "15:30 lost; trying again in 0.1 s",
    "15:30 refused; trying again in 0.4 s",
    undefined,
    "15:31 refused; trying again in 20.0 s",
  ])
  outage.over()
  expect([outage.isOn, outage.words("refused", 100, NOW + 61_000)]).toEqual([
    false,
    "15:31 refused; trying again in 0.1 s",
  ])
})

test("what is typed is one line each, what is pasted belongs together with what was added to it", async () => {
  const gathering = new Gathering()
  const groups: string[][] = []
  const reading = (async () => {
    for await (const group of gathering.groups()) groups.push(group)
  })()
  gathering.line("typed")
  gathering.line("typed too")
  gathering.pasteBegins()
  gathering.line("one")
  gathering.line("two")
  gathering.pasteEnds("thr")
  gathering.line("three")
  gathering.pasteBegins()
  gathering.line("whole")
  gathering.pasteEnds("")
  gathering.pasteBegins()
  gathering.pasteEnds("no line")
  gathering.end()
  await reading
  expect(groups).toEqual([["typed"], ["typed too"], ["one", "two", "three"], ["whole"]])
})

test.each([
  [["ann"], "ann joined"],
  [["ann", "ben"], "ann and ben joined"],
  [["ann", "ben", "cat", "dan"], "ann, ben, cat and dan joined"],
  [["ann", "ben", "cat", "dan", "eve"], "ann, ben, cat and 2 others joined"],
])("of %p who came all but a few are named", (names, words) => {
  const crowd = new Crowd()
  for (const from of names)
    crowd.add({ type: "join", at: 1, fetched: true, target: "#den", from, account: undefined, own: false })
  expect(crowd.take()).toEqual({ at: 1, where: "#den", words })
  expect(crowd.take()).toBeUndefined()
})
