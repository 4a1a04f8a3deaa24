// A gap that is filled under difficulties: cut off again, answered late, in part or not at all.

import { describe, expect, test } from "bun:test"
import { CAPS, ClientRig } from "../support/client-rig.ts"

const PLAYED = `${CAPS} draft/event-playback`
const live = (id: string, text: string, target = "#den") =>
  `@msgid=${id};time=2026-01-01T12:00:09.000Z :bob!u@h PRIVMSG ${target} :${text}`
const JOINED = ":alice!a@h JOIN #den"

/** In #den, where m1 was said. */
function there(caps = CAPS) {
  const rig = new ClientRig().settle(caps)
  rig.feed(live("m1", "one"))
  rig.told()
  return rig
}

/** Back in #den after the connection was lost; the gap is being asked for. */
function back(rig: ClientRig, caps = CAPS) {
  rig.session.close(++rig.now)
  rig.register(caps).targets().feed(JOINED)
  rig.sent()
  rig.told()
  return rig
}

const page = (rig: ClientRig, ...lines: string[]) =>
  rig.feed(
    ":s BATCH +p chathistory #den",
    ...lines.map((line) => `@batch=p;time=2026-01-01T12:00:10.000Z;${line.slice(1)}`),
    ":s BATCH -p",
  )
const gaps = (rig: ClientRig) => rig.tale().filter((line) => /^(?:gap|caughtUp)/.test(line))
const talk = (rig: ClientRig) => rig.sent().filter((line) => line.includes("PRIVMSG"))

describe("what was fetched is counted", () => {
  test("when the connection is lost again before the gap is filled", () => {
    const rig = back(there())
    rig.page(["m2", "bob", "two"], ["m3", "bob", "three"])
    back(rig)
    rig.page(["m4", "bob", "four"])
    rig.page()
    expect(gaps(rig)).toEqual(["gap #den 1 true", "caughtUp 3 true"])
  })

  test("but not what is looked at for the first time", () => {
    const rig = there()
    rig.session.join("#hut")
    back(rig)
    rig.feed(":alice!a@h JOIN #hut", ":s BATCH +h chathistory #hut")
    rig.feed(`@batch=h;${live("h1", "new here", "#hut").slice(1)}`, ":s BATCH -h")
    rig.page()
    expect(gaps(rig)).toEqual(["gap #den 0 true", "caughtUp 0 true"])
  })

  test("when somebody is removed before the gap is filled", () => {
    const rig = back(there())
    rig.page(["m2", "bob", "two"])
    rig.feed(":bob!u@h KICK #den alice")
    expect(gaps(rig)).toEqual(["caughtUp 1 false"])
  })
})

describe("what comes live, and the connection is lost before the gap is filled,", () => {
  const REACTED = "@msgid=r1;+reply=m1;+draft/react=ok :bob!u@h TAGMSG #den"

  test("is told in its place when history has it", () => {
    const rig = back(there(PLAYED), PLAYED)
    rig.feed(REACTED, live("m3", "three"))
    back(rig, PLAYED)
    page(rig, "@msgid=m2 :bob!u@h PRIVMSG #den :two", REACTED, "@msgid=m3 :bob!u@h PRIVMSG #den :three")
    page(rig)
    expect(rig.tale()).toEqual([
      "history #den begin",
      "past #den <bob> two",
      "reaction #den m1 ok",
      "past #den <bob> three",
      "history #den end",
      "gap #den 2 true",
      "caughtUp 2 true",
    ])
  })

  test("is told after it when it has not", () => {
    const rig = back(there())
    rig.feed(REACTED, ":bob!u@h REDACT #den m1 :typo")
    back(back(rig))
    rig.page()
    expect(rig.tale()).toEqual([
      "gap #den 0 true",
      "caughtUp 0 true",
      "reaction #den m1 ok",
      "redacted #den m1 typo",
    ])
  })

  test("is told when it was said to us alone, and is kept nowhere, in the order in which it came", () => {
    const rig = new ClientRig({ channels: [] }).register()
    rig.session.close(++rig.now)
    rig.register()
    rig.feed(live("d1", "are you there?", "alice"))
    rig.session.close(++rig.now)
    rig.register()
    rig.told()
    rig.feed(live("d2", "hello?", "alice"))
    rig.targets()
    expect(rig.tale()).toEqual(["caughtUp 0 true", "bob <bob> are you there?", "bob <bob> hello?"])
  })

  test("is told where the server says once more that we are in", () => {
    const rig = back(there())
    rig.feed(live("m3", "three"), JOINED)
    expect(rig.sent()).toEqual([])
    rig.page(["m2", "bob", "two"], ["m3", "bob", "three"])
    rig.page()
    expect(rig.tale().filter((line) => line.includes("<"))).toEqual([
      "past #den <bob> two",
      "#den <bob> three",
    ])
  })
})

describe("an answer belongs to what was asked", () => {
  test("a refusal without a label to the gap, not to what a person asks meanwhile", () => {
    const rig = back(there())
    rig.session.history(["LATEST", "#den", "*", "5"])
    rig.sent()
    rig.feed(":s FAIL CHATHISTORY MESSAGE_ERROR AFTER #den :Messages could not be retrieved")
    expect(rig.sent()).toEqual([expect.stringMatching(/^CHATHISTORY AFTER #den timestamp=/)])
    rig.feed("@label=ask-1 :s BATCH +h chathistory #den", "@batch=h;msgid=m0 :bob!u@h PRIVMSG #den :zero")
    rig.feed(":s BATCH -h")
    expect(rig.tale()).toEqual(["found by history: zero"])
  })

  test("an answer that nobody waits for any more is no part of the gap", () => {
    const rig = there()
    rig.session.history(["LATEST", "#den", "*", "5"])
    rig.session.tick((rig.now += 61_000))
    rig.feed(":alice!a@h PART #den", JOINED)
    rig.told()
    rig.feed("@label=ask-1 :s BATCH +h chathistory #den", "@batch=h;msgid=m0 :bob!u@h PRIVMSG #den :zero")
    rig.feed(":s BATCH -h")
    expect(rig.tale()).toEqual([])
  })

  test("a page in which we go and come in again is no part of what is asked for then", () => {
    const rig = back(there())
    const line = `@batch=p;${live("m2", "two").slice(1)}`
    rig.feed(":s BATCH +p chathistory #den", ":bob!u@h KICK #den alice", JOINED, line, ":s BATCH -p")
    rig.told()
    rig.page(["m3", "bob", "three"])
    expect(rig.tale()).toContain("past #den <bob> three")
  })

  test("a server that answers other channels first is still at it", () => {
    const rig = there()
    rig.feed(":alice!a@h JOIN #hut")
    back(rig)
    rig.feed(":alice!a@h JOIN #hut")
    for (let i = 2; i < 6; i++) {
      rig.now += 10_000
      rig.page([`m${i}`, "bob", "more"])
      rig.session.tick(rig.now)
    }
    rig.page()
    rig.session.tick((rig.now += 10_000))
    expect(gaps(rig)).toEqual(["gap #den 4 true"])
    rig.session.tick((rig.now += 10_000))
    expect(gaps(rig)).toEqual(["gap #hut 0 false", "caughtUp 4 false"])
  })
})

describe("by time", () => {
  test("is asked where the server knows no msgids, and nothing of that very ms is passed over", () => {
    const rig = there()
    rig.session.close(++rig.now)
    rig.register().targets()
    rig.feed(":s 005 alice MSGREFTYPES=timestamp :are supported")
    rig.sent()
    rig.told()
    rig.feed(JOINED)
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:08.999Z 3"])
    rig.feed(":s BATCH +p chathistory #den")
    for (const [id, text] of ["one", "two", "three"].entries())
      rig.feed(`@batch=p;${live(`m${id + 1}`, text).slice(1)}`)
    rig.feed(":s BATCH -p")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:08.999Z 3"])
    rig.feed(":s BATCH +p chathistory #den")
    for (const [id, text] of ["one", "two", "three"].entries())
      rig.feed(`@batch=p;${live(`m${id + 1}`, text).slice(1)}`)
    rig.feed(":s BATCH -p")
    // As much as a page holds was said in one ms: nobody knows what else.
    expect(rig.tale().slice(1)).toEqual([
      "history #den begin",
      "past #den <bob> two",
      "past #den <bob> three",
      "history #den end",
      "gap #den 2 false",
      "caughtUp 2 false",
    ])
  })

  test("is asked back, too, and what was said in the very ms once more", () => {
    const rig = new ClientRig().register(PLAYED)
    rig.feed(":s 005 alice MSGREFTYPES=timestamp :are supported", JOINED)
    rig.sent()
    page(rig, "@msgid=m2 :bob!u@h PRIVMSG #den :two", "@msgid=e2 :carol!c@h PART #den")
    expect(rig.sent()).toEqual(["CHATHISTORY BEFORE #den timestamp=2026-01-01T12:00:10.001Z 3"])
  })

  test.each([
    ["INVALID_MSGREFTYPE", "msgids are not understood"],
    ["INVALID_PARAMS", "no msgid is known, those of its own pages neither"],
  ])("a gap is whole where it is asked (%s: %s)", (code) => {
    const rig = back(there())
    const refuse = () => rig.feed(`:s FAIL CHATHISTORY ${code} AFTER #den :No such place`)
    refuse()
    rig.page(["n2", "bob", "two"])
    // The next place is known by an id again.
    expect(rig.sent().at(-1)).toBe("CHATHISTORY AFTER #den msgid=n2 3")
    if (code === "INVALID_PARAMS") refuse()
    rig.page()
    expect(gaps(rig)).toEqual(["gap #den 1 true", "caughtUp 1 true"])
  })

  test("a log that does not know any more what was said last may have lost what followed it", () => {
    const rig = back(there())
    rig.feed(":s FAIL CHATHISTORY INVALID_PARAMS AFTER msgid=m1 :That is no place in the history")
    rig.page(["n2", "bob", "two"])
    rig.page()
    expect(gaps(rig)).toEqual(["gap #den 1 false", "caughtUp 1 false"])
  })
})

describe("a message in doubt", () => {
  function doubtful(caps = CAPS) {
    const rig = there(caps)
    rig.session.say("message", "#den", "did it arrive?")
    return back(rig, caps)
  }

  test("is looked for behind a page of what is known", () => {
    const rig = there()
    rig.feed(live("m2", "two"), live("m3", "three"))
    rig.session.say("message", "#den", "did it arrive?")
    back(rig)
    rig.page(["m1", "bob", "one"], ["m2", "bob", "two"], ["m3", "bob", "three"])
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den msgid=m3 3"])
    rig.page(["m4", "alice", "did it arrive?"])
    rig.page()
    expect(talk(rig)).toEqual([])
    expect(rig.session.outbox.size).toBe(0)
  })

  test("is not said again where something was taken back that may be it", () => {
    const rig = doubtful(PLAYED)
    page(rig, "@msgid=m1 :bob!u@h PRIVMSG #den :one", "@msgid=x1 :bob!u@h REDACT #den m2 :rude")
    page(rig)
    expect(rig.tale()).toContain("undelivered #den UNCONFIRMED did it arrive?")
    expect(talk(rig)).toEqual([])
  })

  test("is said again where nothing else is taken back than what was shown", () => {
    const rig = doubtful(PLAYED)
    page(rig, "@msgid=m1 :bob!u@h PRIVMSG #den :one", "@msgid=x1 :bob!u@h REDACT #den m1 :rude")
    page(rig)
    expect(talk(rig)).toEqual(["@label=chat-1 PRIVMSG #den :did it arrive?"])
  })

  test("is not said again where nothing was said before, and the channel may have no history", () => {
    const rig = new ClientRig().settle()
    rig.session.say("message", "#den", "first")
    back(rig)
    rig.page()
    expect(rig.tale()).toContain("undelivered #den UNCONFIRMED first")
    expect(talk(rig)).toEqual([])
  })

  test("is not said again where the history has only what happened since we are back", () => {
    const rig = new ClientRig().settle(PLAYED)
    rig.session.say("message", "#den", "first")
    back(rig, PLAYED)
    const came = "@msgid=e9;time=2026-01-01T12:00:59.000Z :carol!c@h JOIN #den"
    rig.feed(came, ":s BATCH +p chathistory #den", `@batch=p;${came.slice(1)}`, ":s BATCH -p", ...EMPTY)
    expect(rig.tale()).toContain("undelivered #den UNCONFIRMED first")
    expect(talk(rig)).toEqual([])
  })

  test("is said again where the history has what happened before it", () => {
    const rig = new ClientRig().register(PLAYED)
    const joined = "@msgid=e1;time=2026-01-01T12:00:09.000Z :alice!a@h JOIN #den"
    rig.feed(joined, ":s BATCH +h chathistory #den", ":s BATCH -h")
    rig.session.say("message", "#den", "first")
    rig.session.close(++rig.now)
    rig.register(PLAYED).targets().feed(joined.replace("e1", "e2").replace("09", "59"))
    rig.sent()
    rig.feed(":s BATCH +p chathistory #den", `@batch=p;${joined.slice(1)}`, ":s BATCH -p", ...EMPTY)
    expect(talk(rig)).toEqual(["@label=chat-1 PRIVMSG #den :first"])
  })

  test("is not called refused when the channel is closed to us now", () => {
    const rig = there()
    rig.session.say("message", "#den", "did it arrive?")
    rig.session.close(++rig.now)
    rig.session.say("message", "#den", "written offline")
    rig.register()
    rig.told()
    rig.feed(":s 474 alice #den :You are banned")
    expect(rig.tale()).toEqual([
      "joinRefused #den",
      "undelivered #den UNCONFIRMED did it arrive?",
      "undelivered #den 474 written offline",
    ])
  })

  test("is not taken for what another device of ours says in the same words", () => {
    const rig = there()
    rig.session.say("message", "#den", "ok")
    rig.feed("@msgid=m2;time=2026-01-01T12:00:09.000Z :alice!a@h PRIVMSG #den :ok")
    expect(rig.session.outbox.size).toBe(1)
  })
})

const EMPTY = [":s BATCH +e chathistory #den", ":s BATCH -e"]

test("a channel that we never came into is looked at for the first time", () => {
  const rig = new ClientRig().register()
  rig.session.close(++rig.now)
  rig.register().targets()
  rig.sent()
  rig.told()
  rig.feed(JOINED)
  expect(rig.sent()).toEqual(["CHATHISTORY LATEST #den * 3"])
  expect(rig.tale()).toEqual(["join #den", "caughtUp 0 true"])
})

test("what the server refuses while a channel is looked at is told at once", () => {
  const rig = new ClientRig().register()
  rig.feed(JOINED)
  rig.session.say("message", "#den", "hello")
  rig.told()
  rig.feed("@label=chat-1 :s 404 alice #den :Cannot send to channel")
  expect(rig.tale()).toEqual(["undelivered #den 404 hello"])
})

test("what was said in the ms in which we came in is not passed over", () => {
  const rig = new ClientRig().register()
  const joined = "@msgid=e1;time=2026-01-01T12:00:09.000Z :alice!a@h JOIN #den"
  rig.feed(joined, ":s BATCH +h chathistory #den", ":s BATCH -h")
  rig.session.close(++rig.now)
  rig.register().targets()
  rig.sent()
  rig.feed(JOINED)
  expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T12:00:08.999Z 3"])
})

describe("a talk in which nothing was said meanwhile", () => {
  function quiet() {
    const rig = new ClientRig({ channels: [] }).register(PLAYED)
    rig.feed(live("d1", "hello", "alice"))
    rig.session.close(++rig.now)
    rig.register(PLAYED)
    rig.sent()
    rig.told()
    rig.targets()
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER bob msgid=d1 3"])
    return rig
  }

  test("is read for what was taken back or reacted to", () => {
    const rig = quiet()
    rig.feed(":s BATCH +d chathistory bob", "@batch=d;msgid=x1 :bob!b@h REDACT alice d1 :slip")
    rig.feed(":s BATCH -d", ":s BATCH +d chathistory bob", ":s BATCH -d")
    expect(rig.tale()).toContain("redacted bob d1 slip")
  })

  test("is not missed where it cannot be read", () => {
    const rig = quiet()
    for (let i = 0; i < 2; i++)
      rig.feed(":s FAIL CHATHISTORY INVALID_TARGET AFTER bob :Messages could not be retrieved")
    expect(rig.tale()).toEqual(["gap bob 0 true", "caughtUp 0 true"])
  })
})

describe("who one talks with and takes another nick", () => {
  const away = () => {
    const rig = new ClientRig({ channels: [] }).register(PLAYED)
    rig.feed(live("d1", "one", "alice"))
    rig.session.close(++rig.now)
    rig.register(PLAYED)
    rig.told()
    rig.sent()
    return rig
  }
  const direct = (rig: ClientRig, nick: string, ...messages: [id: string, text: string][]) =>
    rig.feed(
      `:s BATCH +d chathistory ${nick}`,
      ...messages.map(([id, text]) => `@batch=d;${live(id, text, "alice").slice(1)}`),
      ":s BATCH -d",
    )

  test("while it is asked who wrote: what waits goes by the new one, in its place", () => {
    const rig = away()
    rig.feed(live("d3", "three", "alice"), ":bob!u@h NICK rob")
    rig.targets("rob")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER rob msgid=d1 3"])
    direct(rig, "rob", ["d2", "two"], ["d3", "three"])
    direct(rig, "rob")
    expect(rig.tale().filter((line) => line.includes("<"))).toEqual(["past rob <bob> two", "rob <bob> three"])
  })

  test("while the talk is read: what comes under the new one waits for it, and is said there after it", () => {
    const rig = away().targets("bob")
    rig.feed(":bob!u@h NICK rob", live("d3", "three", "alice").replace(":bob", ":rob"))
    rig.session.say("message", "rob", "four")
    rig.sent()
    direct(rig, "bob", ["d2", "two"])
    direct(rig, "bob")
    expect(rig.tale().filter((line) => line.includes("<"))).toEqual(["past bob <bob> two", "rob <rob> three"])
    expect(talk(rig)).toEqual(["@label=chat-1 PRIVMSG rob :four"])
  })

  test("before: what is taken back was shown under the old one, and casts no doubt on what is said to the new one", () => {
    const rig = new ClientRig({ channels: [] }).register(PLAYED)
    rig.feed(live("d1", "one", "alice"), ":bob!u@h NICK rob", live("d2", "two", "alice"))
    rig.session.say("message", "bob", "did it arrive?")
    rig.session.close(++rig.now)
    rig.register(PLAYED).targets("bob")
    rig.sent()
    rig.feed(":s BATCH +d chathistory bob", `@batch=d;${live("d2", "two", "alice").slice(1)}`)
    rig.feed("@batch=d;msgid=x1 :bob!b@h REDACT alice d1 :slip", ":s BATCH -d")
    direct(rig, "bob")
    expect(talk(rig)).toEqual(["@label=chat-1 PRIVMSG bob :did it arrive?"])
  })

  test("unseen: what is read under both is shown once, and counted once", () => {
    const rig = away().targets("rob")
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER rob timestamp=2026-01-01T11:59:58.999Z 3"])
    direct(rig, "rob", ["d1", "one"], ["d2", "two"])
    direct(rig, "rob", ["d2", "two"])
    expect(rig.sent().at(-1)).toBe("CHATHISTORY AFTER bob msgid=d1 3")
    direct(rig, "bob", ["d2", "two"])
    expect(rig.tale().filter((line) => /<|caught/.test(line))).toEqual([
      "past rob <bob> two",
      "caughtUp 1 true",
    ])
  })
})

test("until when a talk was read is asked again after an absence", () => {
  const caps = `${CAPS} draft/read-marker`
  const rig = new ClientRig({ channels: [], isRead: true }).register(caps)
  rig.session.close(++rig.now)
  rig.register(caps)
  rig.sent()
  rig.targets("bob")
  expect(rig.sent()[0]).toBe("MARKREAD bob")
  rig.feed(":s MARKREAD bob timestamp=2026-01-01T12:00:09.000Z", ":s BATCH +d chathistory bob")
  rig.feed(`@batch=d;${live("d1", "read on the phone", "alice").slice(1)}`)
  rig.feed(`@batch=d;${live("d2", "new", "alice").slice(1).replace("09", "10")}`, ":s BATCH -d")
  rig.feed(":s BATCH +d chathistory bob", ":s BATCH -d")
  expect(rig.tale()).toContain("unread bob 1")
})

test("of a page that is unread from its beginning there may be more", () => {
  const caps = `${CAPS} draft/read-marker`
  const rig = new ClientRig({ isRead: true }).register(caps).targets()
  rig.feed(JOINED, ":s MARKREAD #den timestamp=2026-01-01T11:59:59.000Z")
  rig.page(["m1", "bob", "one"], ["m2", "alice", "mine"], ["m3", "bob", "two"])
  expect(rig.tale()).toContain("unread #den 2+")
})

test("a clock that is slow finds what was said all the same", () => {
  const rig = new ClientRig({ channels: [] }).register()
  rig.feed("@time=2026-02-01T12:00:00.000Z :s NOTICE alice :hello")
  rig.session.close(++rig.now)
  rig.register()
  expect(rig.sent().at(-1)).toBe(
    "CHATHISTORY TARGETS timestamp=2026-02-01T11:59:50.000Z timestamp=2026-02-02T12:00:00.000Z 3",
  )
})

test.each(["a\\sb", "a\\nQUIT", "a\\rb", ":a", ""])(
  "a msgid that no command could name is none: %s",
  (id) => {
    const rig = new ClientRig().settle()
    rig.feed(`@msgid=${id};time=2026-01-01T12:00:09.000Z :bob!u@h PRIVMSG #den :one`)
    expect(rig.told()).toMatchObject([{ type: "message", id: undefined }])
  },
)
