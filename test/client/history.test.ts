import { describe, expect, test } from "bun:test"
import { ClientRig } from "../support/client-rig.ts"

const live = (id: string, nick: string, text: string) =>
  `@msgid=${id};time=2026-01-01T12:00:09.000Z :${nick}!u@h PRIVMSG #den :${text}`

/** Was in #den, saw m1, lost the connection, registered again. */
function returned() {
  const rig = new ClientRig().settle()
  rig.feed(live("m1", "bob", "one"))
  rig.session.close(++rig.now)
  rig.told()
  rig.register().targets()
  rig.sent()
  rig.told()
  return rig
}

test("the first look asks for the latest and shows it before what came live meanwhile, which is no past", () => {
  const rig = new ClientRig().register()
  rig.sent()
  rig.told()
  rig.feed(":alice!a@h JOIN #den", live("m3", "bob", "three"))
  expect(rig.sent()).toEqual(["CHATHISTORY LATEST #den * 30"])
  rig.page(["m1", "bob", "one"], ["m2", "carol", "two"], ["m3", "bob", "three"])
  expect(rig.tale()).toEqual([
    "join #den",
    "history #den begin",
    "past #den <bob> one",
    "past #den <carol> two",
    "#den <bob> three",
    "history #den end",
  ])
})

describe("after a reconnect", () => {
  test("page follows page from the last message seen until one brings nothing new", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m1 3"])
    rig.page(["m2", "bob", "two"], ["m3", "bob", "three"], ["m4", "bob", "four"])
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m4 3"])
    // A short page is not the end: the server may have left out what is not for us.
    rig.page(["m5", "bob", "five"])
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m5 3"])
    rig.page()
    expect(rig.sent()).toEqual([])
    expect(rig.tale()).toEqual([
      "join #den",
      "history #den begin",
      ...["two", "three", "four", "five"].map((text) => `past #den <bob> ${text}`),
      "history #den end",
      "gap #den 4 true",
      "caughtUp 4 true",
    ])
  })

  test("a message of several lines, of which the first alone has the id, is shown once", () => {
    const rig = returned()
    const line = (tags: string, text: string) =>
      `@batch=p${tags};time=2026-01-01T12:00:00.000Z :bob!u@h PRIVMSG #den :${text}`
    const page = (...lines: string[]) => rig.feed(":s BATCH +p chathistory #den", ...lines, ":s BATCH -p")
    rig.feed(":alice!a@h JOIN #den")
    rig.sent()
    page(line(";msgid=m2", "two"), line("", "and a half"))
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m2 3"])
    page(line(";msgid=m2", "two"), line("", "and a half"))
    expect(rig.sent()).toEqual([])
    expect(rig.tale().slice(1, 5)).toEqual([
      "history #den begin",
      "past #den <bob> two",
      "past #den <bob> and a half",
      "history #den end",
    ])
  })

  test("and the next look begins after it", () => {
    const rig = new ClientRig().settle()
    rig.feed(live("m1", "bob", "one"), "@time=2026-01-01T12:00:09.000Z :bob!u@h PRIVMSG #den :and a half")
    rig.session.close(++rig.now)
    rig.register()
    rig.sent()
    rig.feed(":alice!a@h JOIN #den")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m1 3"])
  })

  test("what comes live meanwhile is shown after the gap, once", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den", live("m4", "carol", "live one"))
    rig.page(["m2", "bob", "two"], ["m3", "bob", "three"], ["m4", "carol", "live one"])
    rig.feed(live("m5", "carol", "live two"), ":carol!u@h TOPIC #den :Tea")
    rig.page(["m5", "carol", "live two"])
    expect(rig.tale()).toEqual([
      "join #den",
      "history #den begin",
      "past #den <bob> two",
      "past #den <bob> three",
      "#den <carol> live one",
      "#den <carol> live two",
      "history #den end",
      "gap #den 2 true",
      "caughtUp 2 true",
      "topic #den",
    ])
  })

  test("a page that repeats what was seen shows nothing twice", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den")
    rig.page(["m1", "bob", "one"], ["m2", "bob", "two"], ["m2", "bob", "two"])
    rig.page(["m2", "bob", "two"])
    expect(rig.tale().filter((line) => line.startsWith("past"))).toEqual(["past #den <bob> two"])
  })

  test("a connection lost in the middle goes on where it stopped", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den", live("m9", "bob", "nine"))
    rig.page(["m2", "bob", "two"], ["m3", "bob", "three"])
    rig.session.close(++rig.now)
    expect(rig.tale().slice(1, -1)).toEqual([
      "history #den begin",
      "past #den <bob> two",
      "past #den <bob> three",
    ])
    rig.register().targets()
    rig.sent()
    rig.feed(":alice!a@h JOIN #den")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m3 3"])
    rig.page(["m4", "bob", "four"], ["m9", "bob", "nine"])
    rig.page()
    expect(rig.tale().filter((line) => line.startsWith("past") || line.startsWith("gap"))).toEqual([
      "past #den <bob> four",
      "past #den <bob> nine",
      "gap #den 2 true",
    ])
  })

  test("a msgid that the server no longer knows is replaced by its time", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den")
    rig.sent()
    rig.feed(":s FAIL CHATHISTORY INVALID_PARAMS AFTER #den :unknown msgid")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:09.000Z 3"])
    rig.feed(":s FAIL CHATHISTORY MESSAGE_ERROR AFTER #den :no")
    expect(rig.tale()).toEqual(["join #den", "gap #den 0 false", "caughtUp 0 false"])
  })

  test("no answer at all ends the waiting, and is said", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den", live("m7", "bob", "seven"))
    rig.session.tick(rig.now + 20_000)
    expect(rig.tale()).toEqual(["join #den", "gap #den 0 false", "caughtUp 0 false", "#den <bob> seven"])
  })

  test("a server without history says so by a gap that is not complete", () => {
    const rig = new ClientRig().settle("")
    rig.session.close(++rig.now)
    rig.register("")
    rig.told()
    rig.feed(":alice!a@h JOIN #den")
    expect(rig.tale()).toEqual(["join #den", "gap #den 0 false", "caughtUp 0 false"])
  })
})
