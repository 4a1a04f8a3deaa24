import { describe, expect, test } from "bun:test"
import { CAPS, ClientRig } from "../support/client-rig.ts"

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
  expect(rig.sent()).toEqual(["CHATHISTORY LATEST #den * 3"])
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
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:08.999Z 3"])
    rig.feed(":s FAIL CHATHISTORY MESSAGE_ERROR AFTER #den :no")
    expect(rig.tale()).toEqual(["join #den", "gap #den 0 false", "caughtUp 0 false"])
  })

  // "FAIL CHATHISTORY INVALID_PARAMS the_given_command the_given_timestamp", as of a server whose log was restored.
  test("so it is where the refusal names the msgid alone", () => {
    const rig = returned()
    rig.feed(":alice!a@h JOIN #den")
    const [asked = ""] = rig.sent()
    rig.feed(
      `:s FAIL CHATHISTORY INVALID_PARAMS AFTER ${asked.split(" ")[3]} :That is no place in the history`,
    )
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:08.999Z 3"])
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

describe("what happened besides, where a server plays it", () => {
  const PLAYED = `${CAPS} draft/event-playback`
  const at = (second: number) => `time=2026-01-01T12:00:${String(second).padStart(2, "0")}.000Z`
  const batch = (...lines: string[]) => [
    ":s BATCH +p chathistory #den",
    ...lines.map((line, i) => line.replace(/^@?/, `@batch=p;${at(i)};`).replace("; ", " ")),
    ":s BATCH -p",
  ]

  test("is told in its place, changes nothing that is so now, and is not counted", () => {
    const rig = new ClientRig().settle(PLAYED)
    rig.feed("@msgid=m1 :bob!u@h PRIVMSG #den :one", "@msgid=e1 :carol!c@h JOIN #den")
    rig.session.close(++rig.now)
    rig.told()
    rig.register(PLAYED).targets()
    rig.feed("@msgid=e7 :alice!a@h JOIN #den", ":s 353 alice = #den :alice bob", ":s 366 alice #den :End")
    rig.sent()
    rig.told()
    rig.feed("@msgid=e8 :erin!e@h JOIN #den")
    rig.feed(
      ...batch(
        "msgid=e1 :carol!c@h JOIN #den",
        "msgid=e2 :alice!a@h QUIT :Ping timeout",
        "msgid=e3 :dave!d@h JOIN #den",
        "msgid=r1;+draft/react=ok;+reply=m1 :carol!c@h TAGMSG #den",
        "msgid=m2 :dave!d@h PRIVMSG #den :two",
        "msgid=e4 :dave!d@h QUIT :gone",
      ),
    )
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=e4 3"])
    rig.feed(
      ...batch(
        "msgid=e5 :carol!c@h REDACT #den m1 :typo",
        "msgid=e6 :bob!u@h TOPIC #den :Tea",
        "msgid=e7 :alice!a@h JOIN #den",
        "msgid=e8 :erin!e@h JOIN #den",
      ),
    )
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=e8 3"])
    rig.feed(...batch())
    expect(rig.tale()).toEqual([
      "history #den begin",
      "join #den",
      "reaction #den m1 ok",
      "past #den <dave> two",
      "quit",
      "redacted #den m1 typo",
      "topic #den",
      "history #den end",
      "gap #den 1 true",
      "caughtUp 1 true",
      "join #den",
    ])
    const { members, topic } = rig.session.view.channel("#den")!
    expect([[...members.keys()].sort(), topic]).toEqual([["alice", "bob", "erin"], undefined])
    // Nothing of it comes a second time.
    rig.session.close(++rig.now)
    rig.register(PLAYED).targets()
    rig.feed(":alice!a@h JOIN #den")
    rig.told()
    rig.feed(
      ...batch("msgid=e4 :dave!d@h QUIT :gone", "msgid=e5 :carol!c@h REDACT #den m1 :typo"),
      ...batch(),
    )
    expect(rig.tale()).toEqual(["gap #den 0 true", "caughtUp 0 true"])
  })

  test("is not what somebody reads who comes first: pages are turned back to as many messages as there are", () => {
    const rig = new ClientRig().register(PLAYED)
    rig.sent()
    rig.told()
    rig.feed(":alice!a@h JOIN #den")
    expect(rig.sent()).toEqual(["CHATHISTORY LATEST #den * 3"])
    rig.feed(...batch("msgid=e3 :dave!d@h JOIN #den", "msgid=m2 :bob!u@h PRIVMSG #den :two"))
    expect(rig.sent()).toEqual(["CHATHISTORY BEFORE #den msgid=e3 3"])
    rig.feed(...batch("msgid=m1 :bob!u@h PRIVMSG #den :one", "msgid=e2 :carol!c@h PART #den"))
    expect(rig.sent()).toEqual(["CHATHISTORY BEFORE #den msgid=m1 3"])
    rig.feed(...batch())
    expect(rig.tale()).toEqual([
      "join #den",
      "history #den begin",
      "past #den <bob> one",
      "past #den <bob> two",
      "history #den end",
    ])
  })

  test("does not make a page that was asked for shorter, and its end is known", () => {
    const rig = new ClientRig().settle(PLAYED)
    rig.session.history(["LATEST", "#den", "*", "2"])
    const answer = (label: string, ...lines: string[]) =>
      rig.feed(...batch(...lines).map((line) => line.replace(/^:s BATCH \+/, `@label=${label} $&`)))
    expect(rig.sent()).toEqual(["@label=ask-1 CHATHISTORY LATEST #den * 2"])
    answer("ask-1", "msgid=m2 :bob!u@h PRIVMSG #den :two", "msgid=e2 :carol!c@h PART #den")
    expect(rig.sent()).toEqual(["@label=ask-1 CHATHISTORY BEFORE #den msgid=m2 3"])
    answer("ask-1", "msgid=e0 :carol!c@h JOIN #den", "msgid=e1 :dave!c@h JOIN #den")
    expect(rig.sent()).toEqual(["@label=ask-1 CHATHISTORY BEFORE #den msgid=e0 3"])
    answer("ask-1")
    expect(rig.told()).toMatchObject([
      { type: "found", by: "history", end: "earlier", messages: [{ text: "two" }] },
    ])
  })

  test("a history of little else is not read for ever, and it is known how far", () => {
    const rig = new ClientRig().settle(PLAYED)
    rig.session.history(["LATEST", "#den", "*", "2"])
    let pages = 0
    while (rig.sent().length > 0) {
      const [open = "", ...rest] = batch(`msgid=e${pages++} :carol!c@h JOIN #den`)
      rig.feed(open.replace(":s", "@label=ask-1 :s"), ...rest)
    }
    expect(pages).toBe(20)
    const cutAt = Date.UTC(2026, 0, 1, 12)
    expect(rig.told()).toEqual([expect.objectContaining({ type: "found", messages: [], cutAt })])
  })
})
