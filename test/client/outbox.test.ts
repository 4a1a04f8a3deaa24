import { describe, expect, test } from "bun:test"
import { ClientRig } from "../support/client-rig.ts"

describe("a message counts as sent when", () => {
  test("its labelled echo comes, also inside a batch", () => {
    const rig = new ClientRig().settle()
    rig.session.say("message", "#den", "one")
    rig.session.say("message", "bob", "two")
    expect(rig.sent()).toEqual(["@label=chat-1 PRIVMSG #den :one", "@label=chat-2 PRIVMSG bob :two"])
    rig.feed("@label=chat-1;msgid=a :alice!a@h PRIVMSG #den :one")
    expect(rig.session.outbox.size).toBe(1)
    rig.feed(
      "@label=chat-2 :s BATCH +x labeled-response",
      "@batch=x :s 301 alice bob :at lunch",
      "@batch=x;msgid=b :alice!a@h PRIVMSG bob :two",
      ":s BATCH -x",
    )
    expect(rig.session.outbox.size).toBe(0)
    expect(rig.tale()).toEqual(["#den <alice> one", "answer", "bob <alice> two"])
  })

  test("its echo comes, on a server without labels", () => {
    const rig = new ClientRig().settle("echo-message")
    rig.session.say("action", "#den", "waves")
    expect(rig.sent()).toEqual(["PRIVMSG #den :\x01ACTION waves\x01"])
    rig.feed(":alice!a@h PRIVMSG #den :\x01ACTION waves\x01")
    expect(rig.session.outbox.size).toBe(0)
    expect(rig.tale()).toEqual(["action #den <alice> waves"])
  })

  test("the PONG after it comes, on a server without either", () => {
    const rig = new ClientRig().settle("")
    rig.session.say("message", "#den", "one")
    expect(rig.sent()).toEqual(["PRIVMSG #den :one", "PING :chat-1"])
    rig.feed(":s PONG s :chat-1")
    expect(rig.session.outbox.size).toBe(0)
    expect(rig.tale()).toEqual(["#den <alice> one"])
  })
})

test("at most eight are on the way at once, in order", () => {
  const rig = new ClientRig().settle()
  for (let i = 1; i <= 20; i++) rig.session.say("message", "#den", `m${i}`)
  expect(rig.sent()).toHaveLength(8)
  rig.feed("@label=chat-1 :alice!a@h PRIVMSG #den :m1")
  expect(rig.sent()).toEqual(["@label=chat-9 PRIVMSG #den :m9"])
})

test("what is said before the channel is open waits for it", () => {
  const rig = new ClientRig()
  rig.session.say("message", "#den", "early")
  rig.register()
  expect(rig.sent().filter((line) => line.includes("PRIVMSG"))).toEqual([])
  rig.feed(":alice!a@h JOIN #den")
  expect(rig.sent()).toContain("@label=chat-1 PRIVMSG #den :early")
})

test.each([
  ["@label=chat-1 :s 404 alice #den :Cannot send to channel", "404"],
  ["@label=chat-1 :s FAIL PRIVMSG STORAGE_FULL #den :the disk is full", "STORAGE_FULL"],
])("a refused message is named: %s", (line, code) => {
  const rig = new ClientRig().settle()
  rig.session.say("message", "#den", "hello")
  rig.feed(line)
  expect(rig.tale()).toEqual([`undelivered #den ${code} hello`])
  expect(rig.session.outbox.size).toBe(0)
})

describe("a connection lost before the echo", () => {
  function lost() {
    const rig = new ClientRig().settle()
    rig.feed("@msgid=m1;time=2026-01-01T12:00:00.000Z :bob!b@h PRIVMSG #den :hi")
    rig.session.say("message", "#den", "arrived")
    rig.session.say("message", "#den", "did not")
    rig.session.say("message", "bob", "direct")
    rig.session.close(++rig.now)
    rig.session.say("message", "#den", "written offline")
    rig.told()
    rig.register().targets()
    return rig
  }

  test("what history shows is confirmed, the rest is sent again before what was written since", () => {
    const rig = lost()
    expect(rig.tale()).toContain("undelivered bob UNCONFIRMED direct")
    rig.sent()
    rig.feed(":alice!a@h JOIN #den")
    // From just before the last message that is known: a history without it would prove nothing.
    expect(rig.sent()).toEqual(["CHATHISTORY AFTER #den timestamp=2026-01-01T11:59:59.999Z 3"])
    rig.page(["m1", "bob", "hi"], ["m2", "alice", "arrived"])
    rig.page()
    expect(rig.sent().filter((line) => line.includes("PRIVMSG"))).toEqual([
      "@label=chat-2 PRIVMSG #den :did not",
      "@label=chat-4 PRIVMSG #den :written offline",
    ])
  })
})

describe("a message in doubt", () => {
  function doubtful(target: string) {
    const rig = new ClientRig().settle()
    rig.feed("@msgid=d1;time=2026-01-01T12:00:00.000Z :bob!b@h PRIVMSG alice :hi")
    rig.feed("@msgid=m1;time=2026-01-01T12:00:00.000Z :bob!b@h PRIVMSG #den :hi")
    rig.session.say("message", target, "did it arrive?")
    rig.session.close(++rig.now)
    rig.told()
    return rig
  }
  const direct = (rig: ClientRig, ...messages: [id: string, nick: string, text: string][]) =>
    rig.feed(
      ":s BATCH +d chathistory bob",
      ...messages.map(
        ([id, nick, text]) =>
          `@batch=d;msgid=${id};time=2026-01-01T12:00:00.000Z :${nick}!u@h PRIVMSG ${nick === "bob" ? "alice" : "bob"} :${text}`,
      ),
      ":s BATCH -d",
    )
  const talk = (rig: ClientRig) => rig.sent().filter((line) => line.includes("PRIVMSG"))

  test("to a person is sent again when the conversation is kept and it is not there", () => {
    const rig = doubtful("bob")
    rig.register().targets("bob")
    direct(rig, ["d1", "bob", "hi"])
    expect(talk(rig)).toEqual(["@label=chat-1 PRIVMSG bob :did it arrive?"])
  })

  test("to a person is not sent again when it is there", () => {
    const rig = doubtful("bob")
    rig.register().targets("bob")
    direct(rig, ["d1", "bob", "hi"], ["d2", "alice", "did it arrive?"])
    direct(rig)
    expect(talk(rig)).toEqual([])
    expect(rig.session.outbox.size).toBe(0)
  })

  test("to a person with whom nothing is kept is given up, with a word", () => {
    const rig = doubtful("bob")
    rig.register().targets()
    expect(rig.tale()).toContain("undelivered bob UNCONFIRMED did it arrive?")
    expect(talk(rig)).toEqual([])
  })

  test("is given up where history does not reach back to what was said before it", () => {
    const rig = doubtful("#den")
    rig.register().targets()
    rig.feed(":alice!a@h JOIN #den")
    rig.page()
    expect(rig.tale()).toContain("undelivered #den UNCONFIRMED did it arrive?")
    expect(talk(rig)).toEqual([])
  })

  test("is found in history under the nick that it was sent with", () => {
    const rig = doubtful("#den")
    rig.register(undefined, "alice_").targets()
    rig.feed(":alice_!a@h JOIN #den")
    rig.page(["m1", "bob", "hi"], ["m2", "alice", "did it arrive?"])
    rig.page()
    expect(rig.session.outbox.size).toBe(0)
    expect(talk(rig)).toEqual([])
  })
})
