import { describe, expect, test } from "bun:test"
import { CAPS, ClientRig } from "../support/client-rig.ts"

const MARKED = `${CAPS} draft/read-marker`
const history = (rig: ClientRig, nick: string, ...texts: [id: string, text: string][]) =>
  rig.feed(
    `:s BATCH +d chathistory ${nick}`,
    ...texts.map(
      ([id, text]) =>
        `@batch=d;msgid=${id};time=2026-01-01T12:00:00.000Z :${nick}!u@h PRIVMSG alice :${text}`,
    ),
    ":s BATCH -d",
  )

test("direct messages of an absence are asked for, read, and counted with the rest", () => {
  const rig = new ClientRig().settle()
  rig.feed("@msgid=d1;time=2026-01-01T12:00:00.000Z :bob!b@h PRIVMSG alice :before")
  rig.session.close(++rig.now)
  rig.told()
  rig.register()
  expect(rig.sent()).toContain(
    "CHATHISTORY TARGETS timestamp=2026-01-01T11:59:50.000Z timestamp=2026-01-02T12:00:00.017Z 3",
  )
  rig.told()
  // What comes live now may not be the next message: it waits.
  rig.feed("@msgid=d4;time=2026-01-01T12:00:01.000Z :bob!b@h PRIVMSG alice :live")
  expect(rig.tale()).toEqual([])
  rig.targets("bob", "carol")
  expect(rig.sent()).toEqual([
    "CHATHISTORY AFTER bob msgid=d1 3",
    "CHATHISTORY AFTER carol timestamp=2026-01-01T11:59:49.999Z 3",
  ])
  history(rig, "bob", ["d2", "two"], ["d3", "three"], ["d4", "live"])
  history(rig, "bob")
  history(rig, "carol", ["c1", "new to me"])
  history(rig, "carol")
  rig.feed(":alice!a@h JOIN #den")
  rig.page()
  expect(rig.tale()).toEqual([
    "history bob begin",
    "past bob <bob> two",
    "past bob <bob> three",
    "bob <bob> live",
    "history bob end",
    "gap bob 2 true",
    "history carol begin",
    "past carol <carol> new to me",
    "history carol end",
    "gap carol 1 true",
    "join #den",
    "gap #den 0 true",
    "caughtUp 3 true",
  ])
})

test("who is found under another name is not read twice", () => {
  const rig = new ClientRig({ channels: [] }).register()
  rig.feed("@msgid=d1;time=2026-01-01T12:00:00.000Z :dave!d@h PRIVMSG alice :before")
  rig.session.close(++rig.now)
  rig.register()
  rig.told()
  rig.targets("guest/5")
  rig.feed(
    ":s BATCH +d chathistory guest/5",
    "@batch=d;msgid=d1;time=2026-01-01T12:00:00.000Z :dave!d@h PRIVMSG alice :before",
    "@batch=d;msgid=d2;time=2026-01-01T12:00:01.000Z :dave!d@h PRIVMSG alice :and after",
    ":s BATCH -d",
  )
  history(rig, "guest/5")
  expect(rig.tale()).toEqual([
    "history guest/5 begin",
    "past guest/5 <dave> and after",
    "history guest/5 end",
    "gap guest/5 1 true",
    "caughtUp 1 true",
  ])
})

test("a full list of conversations is followed by the next one", () => {
  const rig = new ClientRig().settle()
  rig.session.close(++rig.now)
  rig.register()
  rig.sent()
  rig.targets("bob", "carol", "dave")
  expect(rig.sent()).toEqual([
    expect.stringContaining("CHATHISTORY TARGETS timestamp=2026-01-01T11:59:59.999Z timestamp="),
  ])
  // What has the time of the last one is not passed over; what all has it ends the list all the same.
  rig.targets("bob", "carol", "dave")
  expect(rig.sent()).toEqual([
    expect.stringContaining("CHATHISTORY TARGETS timestamp=2026-01-01T12:00:00.000Z timestamp="),
  ])
  rig.targets("bob", "carol", "dave")
  expect(rig.sent().map((line) => line.split(" ")[1])).toEqual(["AFTER", "AFTER", "AFTER"])
})

test("the end of such a list is known by a page that is not full", () => {
  const rig = new ClientRig({ channels: [] }).register()
  rig.session.close(++rig.now)
  rig.register().targets("bob", "carol", "dave")
  rig.sent()
  rig.told()
  rig.targets("dave")
  expect(rig.sent().map((line) => line.split(" ")[1])).toEqual(["AFTER", "AFTER", "AFTER"])
  for (const nick of ["bob", "carol", "dave"]) history(rig, nick)
  expect(rig.tale().at(-1)).toBe("caughtUp 0 true")
})

test("a server that keeps no list is asked for the conversations that we know", () => {
  const rig = new ClientRig().settle()
  rig.feed("@msgid=d1;time=2026-01-01T12:00:00.000Z :bob!b@h PRIVMSG alice :before")
  rig.session.close(++rig.now)
  rig.register()
  rig.sent()
  rig.feed(":s FAIL CHATHISTORY INVALID_PARAMS TARGETS :no such thing")
  expect(rig.sent()).toEqual(["CHATHISTORY AFTER bob msgid=d1 3"])
})

test("a list that was cut off with the connection is no part of the next one", () => {
  const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED)
  const line = (name: string) => `@batch=t :s CHATHISTORY TARGETS ${name} 2025-12-24T12:00:00.000Z`
  rig.feed(":s BATCH +t draft/chathistory-targets", ...["bob", "carol", "dave"].map(line))
  rig.session.close(++rig.now)
  rig.register(MARKED)
  rig.told()
  rig.targets()
  expect(rig.tale()).toEqual(["caughtUp 0 true"])
})

test("no answer at all is said in the count", () => {
  const rig = new ClientRig({ channels: [] }).register()
  rig.session.close(++rig.now)
  rig.register()
  rig.told()
  rig.session.tick(rig.now + 20_000)
  expect(rig.tale()).toEqual(["caughtUp 0 false"])
})

test("on the first connection unread direct messages are shown, from where another device stopped", () => {
  const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED)
  expect(rig.sent().at(-1)).toStartWith("CHATHISTORY TARGETS timestamp=2025-12-02T12:00:")
  rig.told()
  rig.targets("bob", "carol")
  expect(rig.sent()).toEqual(["MARKREAD bob", "MARKREAD carol"])
  rig.feed(
    ":s MARKREAD bob timestamp=2026-01-01T12:00:00.000Z",
    ":s MARKREAD carol timestamp=2026-01-01T11:00:00.000Z",
  )
  expect(rig.sent()).toEqual(["CHATHISTORY LATEST carol timestamp=2026-01-01T11:00:00.000Z 3"])
  history(rig, "carol", ["c1", "are you there?"])
  expect(rig.tale()).toEqual([
    "history carol begin",
    "unread carol 1",
    "past carol <carol> are you there?",
    "history carol end",
  ])
  rig.session.tick(rig.now + 5_000)
  expect(rig.sent()).toEqual(["MARKREAD carol timestamp=2026-01-01T12:00:00.000Z"])
})

test("what was unread in a channel is counted, and what was shown is marked, once in a while", () => {
  const rig = new ClientRig({ isRead: true }).register(MARKED).targets()
  rig.feed(":alice!a@h JOIN #den", ":s MARKREAD #den timestamp=2026-01-01T11:59:59.000Z")
  rig.told()
  rig.sent()
  rig.page(["m1", "bob", "one"], ["m2", "alice", "mine"], ["m3", "bob", "two"])
  expect(rig.tale()).toEqual([
    "history #den begin",
    "unread #den 2+",
    "past #den <bob> one",
    "past #den <alice> mine",
    "past #den <bob> two",
    "history #den end",
  ])
  rig.feed("@time=2026-01-01T12:00:07.000Z;msgid=m4 :bob!b@h PRIVMSG #den :three")
  rig.session.tick(rig.now + 5_000)
  expect(rig.sent()).toEqual(["MARKREAD #den timestamp=2026-01-01T12:00:07.000Z"])
  rig.session.tick(rig.now + 10_000)
  expect(rig.sent()).toEqual([])
})

test("what came for us alone waits for what came in channels", () => {
  const rig = new ClientRig({ isRead: true }).register(MARKED)
  rig.feed(":alice!a@h JOIN #den")
  rig.targets("bob")
  rig.sent()
  rig.feed("@time=2026-01-01T12:00:07.000Z;msgid=b2 :bob!b@h PRIVMSG alice :now")
  // Who wrote may have this nick by now.
  rig.feed("@time=2026-01-01T12:00:07.000Z;msgid=c1 :carol!c@h PRIVMSG alice :now")
  rig.session.tick(rig.now + 5_000)
  expect([rig.sent(), rig.tale().filter((told) => /^(?:bob|carol)/.test(told))]).toEqual([[], []])
  rig.page(["m1", "bob", "one"])
  expect(rig.sent()).toEqual(["MARKREAD bob"])
  rig.feed(":s MARKREAD bob timestamp=2026-01-01T12:00:07.000Z")
  expect(rig.tale().at(-1)).toBe("bob <bob> now")
})

test("who does not read marks nothing", () => {
  const rig = new ClientRig().settle(MARKED)
  rig.feed("@time=2026-01-01T12:00:07.000Z;msgid=m4 :bob!b@h PRIVMSG #den :three")
  rig.session.tick(rig.now + 5_000)
  expect(rig.sent()).toEqual([])
})

test("what another device marks as read meanwhile is looked at, and told as one", () => {
  const rig = new ClientRig({ isRead: true }).register(`${MARKED} draft/event-playback`)
  rig.feed(":alice!a@h JOIN #den")
  rig.targets("bob", "carol")
  rig.sent()
  rig.told()
  rig.feed(":s MARKREAD bob timestamp=2026-01-01T11:00:00.000Z")
  expect(rig.sent()).toEqual(["CHATHISTORY LATEST bob timestamp=2026-01-01T11:00:00.000Z 3"])
  rig.feed(
    ":s BATCH +d chathistory bob",
    "@batch=d;msgid=d1;time=2026-01-01T12:00:00.000Z :bob!u@h PRIVMSG alice :are you there?",
    "@batch=d;msgid=r1;+draft/react=ok;+reply=d1 :bob!u@h TAGMSG alice",
    ":s BATCH -d",
  )
  // What it has marked is the end of it, be there few messages or many.
  expect(rig.sent()).toEqual([])
  expect(rig.tale()).toEqual([
    "history bob begin",
    "unread bob 1",
    "past bob <bob> are you there?",
    "reaction bob d1 ok",
    "history bob end",
  ])
})

describe("unread mail of before the first connection", () => {
  const asksForMail = /^CHATHISTORY TARGETS timestamp=2025-12-02T/
  const MAIL = expect.stringMatching(asksForMail)
  const letter = (rig: ClientRig) => {
    rig.feed(":s MARKREAD bob *")
    history(rig, "bob", ["d1", "are you there?"])
  }

  test("is looked for again when that connection is lost before it was shown, and no more afterwards", () => {
    const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED).targets("bob")
    rig.session.close(++rig.now)
    rig.register(MARKED)
    rig.sent()
    rig.told()
    rig.targets()
    expect(rig.sent()).toEqual([MAIL])
    rig.targets("bob")
    letter(rig)
    expect(rig.tale()).toContain("past bob <bob> are you there?")
    rig.session.close(++rig.now)
    rig.register(MARKED)
    rig.sent()
    rig.targets()
    expect(rig.sent()).toEqual([])
  })

  test("is looked for after the gaps of all channels are filled", () => {
    const rig = new ClientRig({ channels: ["#den", "#hut"], isRead: true }).register(MARKED)
    rig.session.close(++rig.now)
    rig.register(MARKED).feed(":alice!a@h JOIN #den")
    rig.targets()
    rig.sent()
    rig.page()
    expect(rig.sent()).toEqual([])
    rig.feed(":alice!a@h JOIN #hut", ":s BATCH +p chathistory #hut", ":s BATCH -p")
    expect(rig.sent()).toEqual(["CHATHISTORY LATEST #hut * 3", MAIL])
  })

  test("is not taken for read back when an older list comes to its end that nobody waits for any more", () => {
    const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED)
    rig.session.close(++rig.now)
    rig.register(MARKED).feed(":s BATCH +o draft/chathistory-targets")
    rig.session.tick((rig.now += 20_000))
    rig.sent()
    rig.feed(":s BATCH -o")
    rig.targets("bob")
    expect(rig.sent()).toEqual(["MARKREAD bob"])
  })

  test("is shown before what is said while it is looked for", () => {
    const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED).targets("bob")
    rig.told()
    rig.feed("@msgid=d2;time=2026-01-01T12:00:01.000Z :bob!b@h PRIVMSG alice :hello?")
    letter(rig)
    expect(rig.tale().filter((line) => line.includes("<"))).toEqual([
      "past bob <bob> are you there?",
      "bob <bob> hello?",
    ])
  })

  test("does not hold up what is said when nobody says until when it was read", () => {
    const rig = new ClientRig({ channels: [], isRead: true }).register(MARKED).targets("bob")
    rig.told()
    rig.feed("@msgid=d2;time=2026-01-01T12:00:01.000Z :bob!b@h PRIVMSG alice :hello?")
    rig.session.tick(rig.now + 20_000)
    expect(rig.tale()).toEqual(["bob <bob> hello?"])
  })
})
