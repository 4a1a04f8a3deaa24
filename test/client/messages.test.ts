// What is said of messages by their ids, and messages of several lines.
import { describe, expect, test } from "bun:test"
import { CAPS, ClientRig } from "../support/client-rig.ts"

const WHOLE = `${CAPS} draft/message-redaction draft/multiline soju.im/search`

function settled(caps = WHOLE, multiline = "max-bytes=60,max-lines=3") {
  const rig = new ClientRig()
  rig.session.open(rig.now)
  rig.feed(`:s CAP * LS :${caps.replace("draft/multiline", `draft/multiline=${multiline}`)}`)
  rig.feed(`:s CAP * ACK :${caps}`, ":s 001 alice :Welcome", ":s 005 alice CHATHISTORY=3 :are supported")
  rig.feed(":s 422 alice :No MOTD", ":alice!a@h JOIN #den", ":s BATCH +h chathistory #den", ":s BATCH -h")
  rig.sent()
  rig.told()
  return rig
}

test("a reply and a reaction carry the id under both names of the tag", () => {
  const rig = settled()
  rig.session.reply("#den", "m;1", "yes")
  rig.session.react("#den", "m1", "👍 ok")
  expect(rig.sent()).toEqual([
    "@label=chat-1;+reply=m\\:1;+draft/reply=m\\:1 PRIVMSG #den :yes",
    "@+reply=m1;+draft/reply=m1;+draft/react=👍\\sok TAGMSG #den",
  ])
})

test("replies, reactions and what was taken back are told with the id that they mean", () => {
  const rig = settled()
  rig.feed(
    "@msgid=m2;+draft/reply=m1 :bob!b@h PRIVMSG #den :yes",
    "@msgid=m3;+draft/reply=m1;+draft/react=👍 :bob!b@h TAGMSG #den",
    "@+draft/reply=m1;+draft/unreact=👍 :bob!b@h TAGMSG alice",
    "@+typing=active :bob!b@h TAGMSG #den",
    ":bob!b@h REDACT #den m2 :oops",
  )
  expect(rig.told()).toMatchObject([
    { type: "message", replyTo: "m1" },
    { type: "reaction", target: "#den", of: "m1", text: "👍", removed: false },
    { type: "reaction", target: "bob", of: "m1", text: "👍", removed: true },
    { type: "redacted", target: "#den", from: "bob", of: "m2", reason: "oops" },
  ])
})

test("what was said to a channel and to us with one id is told in both", () => {
  const rig = settled()
  for (const target of ["#den", "alice", "alice"]) rig.feed(`@msgid=m1 :bob!b@h PRIVMSG ${target} :hello`)
  expect(rig.tale()).toEqual(["#den <bob> hello", "bob <bob> hello"])
})

describe("several lines", () => {
  test("are one message where the server knows of it, in as many as it takes", () => {
    const rig = settled()
    rig.session.say("message", "#den", "one\n\nthree\nfour")
    expect(rig.sent()).toEqual([
      "@label=chat-1 BATCH +chat-1 draft/multiline #den",
      "@batch=chat-1 PRIVMSG #den :one",
      "@batch=chat-1 PRIVMSG #den :",
      "@batch=chat-1 PRIVMSG #den :three",
      "BATCH -chat-1",
      "@label=chat-2 PRIVMSG #den :four",
    ])
    rig.feed(
      "@label=chat-1;msgid=m1 :alice!a@h BATCH +x draft/multiline #den",
      "@batch=x :alice!a@h PRIVMSG #den :one",
      "@batch=x :alice!a@h PRIVMSG #den :",
      "@batch=x :alice!a@h PRIVMSG #den :th",
      "@batch=x;draft/multiline-concat :alice!a@h PRIVMSG #den :ree",
      ":alice!a@h BATCH -x",
    )
    expect(rig.told()).toMatchObject([{ id: "m1", text: "one\n\nthree", own: true }])
    expect(rig.session.outbox.size).toBe(1)
  })

  test("are what a line becomes that is too long for one", () => {
    const rig = settled(WHOLE, "max-bytes=4096,max-lines=32")
    const long = "word ".repeat(100).trim()
    rig.session.say("message", "#den", long)
    const [begin, first = "", second = "", end, ...more] = rig.sent()
    expect([begin, end, more]).toEqual([
      "@label=chat-1 BATCH +chat-1 draft/multiline #den",
      "BATCH -chat-1",
      [],
    ])
    expect(second).toStartWith("@batch=chat-1;draft/multiline-concat ")
    expect([first, second].map((line) => line.replace(/^.*? :/, "")).join("")).toBe(long)
    const elsewhere = settled(CAPS)
    elsewhere.session.say("message", "#den", long)
    expect(elsewhere.sent()).toHaveLength(2)
  })

  test("are as many messages elsewhere", () => {
    const rig = settled(CAPS)
    rig.session.say("message", "#den", "one\n\ntwo")
    expect(rig.sent()).toEqual(["@label=chat-1 PRIVMSG #den :one", "@label=chat-2 PRIVMSG #den :two"])
  })

  test("that are read back from history are one message", () => {
    const rig = settled()
    rig.session.history(["LATEST", "#den", "*", "5"])
    expect(rig.sent()).toEqual(["@label=ask-1 CHATHISTORY LATEST #den * 5"])
    rig.feed(
      "@label=ask-1 :s BATCH +h chathistory #den",
      "@batch=h;msgid=m1 :bob!b@h BATCH +x draft/multiline #den",
      "@batch=x :bob!b@h PRIVMSG #den :one",
      "@batch=x :bob!b@h PRIVMSG #den :two",
      ":s BATCH -x",
      "@batch=h;msgid=m2 :bob!b@h PRIVMSG #den :three",
      ":s BATCH -h",
    )
    expect(rig.tale()).toEqual(["found by history: one\ntwo | three"])
  })
})

describe("a search", () => {
  test("names what is looked for as tags do, and is answered by one happening", () => {
    const rig = settled()
    rig.session.search([
      ["text", "tea; or coffee"],
      ["in", "#den"],
    ])
    expect(rig.sent()).toEqual(["@label=ask-1 SEARCH text=tea\\:\\sor\\scoffee;in=#den"])
    rig.feed(
      "@label=ask-1 :s BATCH +f soju.im/search",
      "@batch=f;msgid=m1 :bob!b@h PRIVMSG #den :tea",
      ":s BATCH -f",
    )
    expect(rig.tale()).toEqual(["found by search: tea"])
  })

  test("that is not answered, or by a numeric, waits no longer", () => {
    const rig = settled()
    rig.session.search([["text", "one"]])
    rig.session.search([["text", "two"]])
    rig.feed("@label=ask-1 :s 417 alice :Input line was too long")
    expect(rig.session.unsettled).toBe(1)
    rig.session.tick(rig.now + 61_000)
    expect(rig.session.unsettled).toBe(0)
    expect(rig.told()).toMatchObject([{ code: "417" }, { code: "TIMEOUT", params: ["SEARCH"] }])
  })

  test("whose answer never ends is given up, and what still comes of it is not taken for new", () => {
    const rig = settled()
    rig.session.search([["text", "tea"]])
    rig.feed("@label=ask-1 :s BATCH +f soju.im/search")
    const line = (id: string) => `@batch=f;msgid=${id} :bob!b@h PRIVMSG #den :tea`
    rig.now += 50_000
    rig.feed(line("m1"))
    rig.session.tick((rig.now += 50_000))
    expect(rig.session.unsettled).toBe(1)
    rig.session.tick((rig.now += 50_000))
    rig.feed(line("m2"), ":s BATCH -f")
    expect(rig.session.unsettled).toBe(0)
    expect(rig.told()).toMatchObject([{ code: "TIMEOUT", params: ["SEARCH"] }])
  })

  test("whose answer floods is given up, however fast it comes", () => {
    const rig = settled()
    rig.session.search([["text", "tea"]])
    rig.feed("@label=ask-1 :s BATCH +f soju.im/search")
    for (let i = 0; i < 80_000; i++) rig.feed("@batch=f :bob!b@h PRIVMSG #den :tea")
    rig.session.tick(rig.now)
    expect(rig.told()).toMatchObject([{ code: "TIMEOUT", params: ["SEARCH"] }])
  })

  test("that the server refuses is told as an error", () => {
    const rig = settled()
    rig.session.search([["in", "#ops"]])
    rig.feed("@label=ask-1 :s FAIL SEARCH INVALID_PARAMS in :Nothing can be searched by that")
    expect(rig.told()).toMatchObject([{ type: "error", code: "INVALID_PARAMS", params: ["SEARCH", "in"] }])
  })
})
