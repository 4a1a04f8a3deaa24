// Golden output of line mode: what happened on the wire, and the very lines that a person reads.
import { beforeEach, describe, expect, test } from "bun:test"
import { nearest } from "../../src/nearest.ts"
import { completer } from "../../src/terminal/complete.ts"
import { COMMANDS } from "../../src/terminal/commands.ts"
import { Talk } from "../../src/terminal/talk.ts"
import { Words, type Printed } from "../../src/terminal/words.ts"
import { CAPS as USUAL, ClientRig } from "../support/client-rig.ts"

const PLAIN = { colour: false, ascii: false }

let rig: ClientRig
let talk: Talk
let printed: Printed[]
/** What is typed without being shown. */
let secrets: string[]

beforeEach(() => start(PLAIN))

function start(style: { colour: boolean; ascii: boolean }) {
  process.env.TZ = "UTC"
  rig = new ClientRig().settle()
  printed = []
  secrets = []
  talk = talkOf(rig, style)
}

function talkOf({ session, now }: ClientRig, style = PLAIN) {
  const words = new Words(session.view, style, now)
  const print = (line: Printed) => printed.push(line)
  return new Talk(
    {
      session,
      words,
      print,
      flush,
      quit: () => print({ stream: "err", text: "QUIT" }),
      secrets: async () => secrets,
      nearest,
    },
    "#den",
  )
}

function flush() {
  talk.happened(rig.told())
}

/** What standard output and standard error get for these lines. */
function shown(...lines: string[]) {
  rig.feed(...lines)
  flush()
  const of = (stream: string) => printed.filter((line) => line.stream === stream).map((line) => line.text)
  return { out: of("out"), err: of("err") }
}

const at = (time: string, line: string) => `@time=2026-01-${time}:00.000Z ${line}`

test("messages on standard output, everything else on standard error", () => {
  const { out, err } = shown(
    at("01T14:02", ":bob!b@h PRIVMSG #den :tea?"),
    at("01T14:03", ":carol!c@h JOIN #den"),
    at("01T14:03", ":carol!c@h PRIVMSG #den :\x01ACTION pours\x01"),
    at("01T14:04", ":carol!c@h NOTICE #den :hot"),
    at("01T14:05", ":bob!b@h TOPIC #den :Tea at four"),
    at("01T14:06", ":bob!b@h KICK #den carol :spilt"),
    at("01T14:07", ":bob!b@h MODE #den +m"),
    at("01T14:08", ":bob!b@h NICK rob"),
    at("01T14:09", ":rob!b@h QUIT :Quit: "),
    ":s 401 alice nobody :No such nick/channel",
  )
  expect(out).toEqual(["14:02 bob tea?", "14:03 * carol pours"])
  expect(err).toEqual(
    [
      "14:03 carol joined #den",
      "14:05 bob set the topic of #den: Tea at four",
      "14:06 bob removed carol from #den: spilt",
      "14:07 bob made it quiet here: only voice and higher may write",
      "14:08 bob is now rob",
      "14:09 rob quit",
      "nobody: No such nick/channel (401)",
    ].toSpliced(1, 0, "14:04 -carol- hot"),
  )
})

test("with several channels each is named, and a direct conversation always", () => {
  shown(":alice!alice@host JOIN #ops", ":s BATCH +o chathistory #ops", ":s BATCH -o")
  const { out } = shown(
    at("01T14:02", ":bob!b@h PRIVMSG #den :one"),
    at("01T14:02", ":bob!b@h PRIVMSG #ops :two"),
    at("01T14:02", ":bob!b@h PRIVMSG alice :three"),
    at("01T14:02", ":alice!a@h PRIVMSG bob :four"),
  )
  expect(out).toEqual([
    "14:02 #den bob one",
    "14:02 #ops bob two",
    "14:02 @bob bob three",
    "14:02 @bob alice four",
  ])
})

test("a new day is announced, in ASCII when asked", () => {
  const line = at("03T00:01", ":bob!b@h PRIVMSG #den :morning")
  expect(shown(line)).toEqual({ out: ["00:01 bob morning"], err: ["— Sat 3 Jan 2026 —"] })
  start({ colour: false, ascii: true })
  expect(shown(line).err).toEqual(["- Sat 3 Jan 2026 -"])
})

test("coming back is counted", () => {
  rig.session.close(rig.now)
  rig.now += 400
  rig.register().targets()
  flush()
  printed.length = 0
  shown(":alice!a@h JOIN #den")
  rig.page(["m2", "bob", "missed"])
  rig.page()
  expect(shown()).toEqual({
    out: ["12:00 bob missed"],
    err: ["12:00 you joined #den", "reconnected in 0.4 s, 1 fetched, 0 lost"],
  })
})

describe("what a peer writes does nothing to the terminal", () => {
  const HOSTILE = [
    "\x1b[2J\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x1b\\",
    "\x9b31m\x90q\x9c",
    "\u202eevil\u202c\u200b\u2066x\u2069",
    "\x02\x0304,01red\x0f\x08\x7f",
  ]
  test.each(HOSTILE.map((text) => [JSON.stringify(text), text]))("%s", (_, text) => {
    const { out, err } = shown(
      `:b\x1bob!b@h PRIVMSG #den :${text}ok`,
      `:bob!b@h NOTICE #den :${text}`,
      `:bob!b@h TOPIC #den :${text}`,
      `:bob!b@h KICK #den carol :${text}`,
      `:bob${text.replaceAll(" ", "")}!b@h JOIN #den`,
      `:bob!b@h QUIT :${text}`,
      `:s 401 alice ${text.replaceAll(" ", "")}x :${text}`,
      `:s 311 alice bob ${text}u h * :${text}`,
      `:s FAIL X CODE :${text}`,
    )
    // eslint-disable-next-line no-control-regex
    expect([...out, ...err].join("")).not.toMatch(/[\0-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
    expect(out.join("")).toContain("ok")
  })
})

test("colours only where the style has them; a mention rings once, and only live", () => {
  start({ colour: true, ascii: false })
  const { out } = shown(at("01T14:02", ":bob!b@h PRIVMSG #den :alice: tea?"))
  expect(out[0]).toMatch(/^14:02 \x1b\[\d+mbob\x1b\[0m \x1b\[1malice: tea\?\x1b\[0m$/)
  expect(printed.map((line) => line.bell)).toEqual([true])
})

describe("commands", () => {
  /** Lines sent for what is typed, without labels. */
  function typed(...lines: string[]) {
    for (const line of lines) talk.typed(line)
    return rig.sent().map((line) => line.replace(/^@\S+ /, ""))
  }

  test.each([
    ["hello", "PRIVMSG #den :hello"],
    ["//kick bob", "PRIVMSG #den :/kick bob"],
    ["/me waves", "PRIVMSG #den :\x01ACTION waves\x01"],
    ["/msg bob hi there", "PRIVMSG bob :hi there"],
    ["/msg den hi", "PRIVMSG #den :hi"],
    ["/join ops", "JOIN #ops"],
    ["/join #ops secret", "JOIN #ops secret"],
    ["/part", "PART #den"],
    ["/part den bye all", "PART #den :bye all"],
    ["/topic", "TOPIC #den"],
    ["/topic Tea at four", "TOPIC #den :Tea at four"],
    ["/kick bob", "KICK #den bob"],
    ["/kick den bob too loud", "KICK #den bob :too loud"],
    ["/nick ally", "NICK ally"],
    ["/away lunch", "AWAY :lunch"],
    ["/away", "AWAY"],
    ["/whois bob", "WHOIS bob"],
    ["/list", "LIST"],
    ["/raw VERSION", "VERSION"],
    ["/JOIN ops", "JOIN #ops"],
  ])("%s", (line, sent) => expect(typed(line)).toEqual([sent]))

  test("what is typed goes to the channel last joined or named", () => {
    expect(typed("/query bob", "hi")).toEqual(["PRIVMSG bob :hi"])
    typed("/join ops")
    shown(":alice!a@h JOIN #ops", ":s BATCH +o chathistory #ops", ":s BATCH -o")
    expect(typed("hi")).toContain("PRIVMSG #ops :hi")
    shown(":alice!a@h PART #ops")
    expect(typed("hi")).toEqual(["PRIVMSG #den :hi"])
  })

  test("a connection that is made anew does not change where it goes", () => {
    typed("/join ops")
    shown(":alice!a@h JOIN #den", ":alice!a@h JOIN #ops")
    typed("/query bob")
    rig.session.close(++rig.now)
    rig.register()
    shown(":alice!a@h JOIN #den", ":alice!a@h JOIN #ops")
    expect(talk.target).toBe("bob")
    shown(":alice!a@h PART #ops")
    typed("/join ops")
    shown(":alice!a@h JOIN #ops")
    expect(talk.target).toBe("#ops")
  })

  test("nor does a refusal of one channel, before the others are open again, leave it nowhere", () => {
    typed("/join ops")
    shown(":alice!a@h JOIN #den", ":alice!a@h JOIN #ops")
    rig.session.close(++rig.now)
    rig.register()
    shown(":s 474 alice #ops :Cannot join channel (+b)", ":alice!a@h JOIN #den")
    expect(talk.target).toBe("#den")
    printed.length = 0
    typed("/join ops")
    expect(shown(":alice!a@h JOIN #ops").err).toEqual([expect.stringContaining("you joined #ops")])
  })

  test("an unknown one says so, a lame one shows its use", () => {
    expect(typed("/xyzzy den", "/kick", "/msg bob")).toEqual([])
    expect(printed.map((line) => line.text)).toEqual([
      "there is no command /xyzzy; /help lists the commands",
      "usage: /kick [CHANNEL] NICK [REASON]",
      "usage: /msg NICK|CHANNEL TEXT",
    ])
    expect(typed(" /msg bob secret", "\f/quit")).toEqual([])
    expect(printed.at(-1)?.text).toBe("nothing was sent: a command begins its line; //TEXT says it")
    typed("/topicc")
    expect(printed.at(-1)?.text).toBe("there is no command /topicc; did you mean /topic?")
    typed("/help topicc")
    expect(printed.at(-1)?.text).toBe("there is no command /topicc; /help lists the commands")
    typed("/help /TOPIC")
    expect(printed.at(-1)?.text).toMatch(/^\/topic \[CHANNEL\] \[TEXT\] +show or set/)
  })

  test("help has a line for each", () => {
    typed("/help")
    const usages = printed.filter(({ text }) => text.startsWith("/"))
    expect(usages).toHaveLength(Object.keys(COMMANDS).length + 1)
    for (const name of Object.keys(COMMANDS))
      expect(usages.some((line) => line.text.startsWith(`/${name}`))).toBe(true)
    const history = printed.findIndex(({ text }) => text.startsWith("/history"))
    expect(printed[history]?.text).toBe("/history [N] [CHANNEL|NICK] [before|after TIME]")
    expect(printed[history + 1]?.text).toMatch(/^ {31}read back/)
  })
})

test("completion: who spoke last comes first, with a colon at the start of the line", () => {
  shown(
    ":s 353 alice = #den :alice bella bob",
    ":s 366 alice #den :End",
    ":bella!b@h PRIVMSG #den :one",
    ":bob!b@h PRIVMSG #den :two",
  )
  const complete = completer(talk)
  expect(complete("b")).toEqual([["bob: "], "b"])
  expect(complete("hello be")).toEqual([["bella "], "be"])
  expect(complete("/qui")).toEqual([["/quiet ", "/quit "], "/qui"])
  expect(complete("see #d")).toEqual([["#den "], "#d"])
  expect(complete("al")).toEqual([[], "al"])
})

describe("messages that were said already", () => {
  const CAPS = "message-tags server-time echo-message labeled-response batch draft/chathistory soju.im/search"

  beforeEach(() => {
    rig.session.view.capabilities.add("draft/message-redaction").add("soju.im/search")
    shown(
      at("01T14:02", "@msgid=m1 :bob!b@h PRIVMSG #den :tea?").replace("Z @", "Z;"),
      at("01T14:03", "@msgid=m2 :carol!c@h PRIVMSG #den :coffee").replace("Z @", "Z;"),
      at("01T14:04", "@msgid=m3 :alice!a@h PRIVMSG #den :juise").replace("Z @", "Z;"),
    )
    printed.length = 0
    rig.sent()
  })

  const sends = (line: string) => {
    talk.typed(line)
    return rig.sent().map((each) => each.replace(/^@label=[\w-]+( |;)/, (_, end) => (end === ";" ? "@" : "")))
  }
  const texts = () => printed.map(({ text }) => text)

  test("have numbers when one asks for them, and no sooner", () => {
    expect(sends("/reply")).toEqual([])
    expect(texts()).toEqual(["[1] 14:02 bob tea?", "[2] 14:03 carol coffee", "[3] 14:04 alice juise"])
    expect(sends("/reply 1 yes please")).toEqual(["@+reply=m1;+draft/reply=m1 PRIVMSG #den :yes please"])
    expect(sends("/react 2 👍")).toEqual(["@+reply=m2;+draft/reply=m2;+draft/react=👍 TAGMSG #den"])
    expect(sends("/redact 3 a slip")).toEqual(["REDACT #den m3 :a slip"])
  })

  test.each([
    ["/reply last ok", "@+reply=m2;+draft/reply=m2 PRIVMSG #den :ok"],
    ["/reply bob ok", "@+reply=m1;+draft/reply=m1 PRIVMSG #den :ok"],
    ["/redact last", "REDACT #den m3"],
    ["/history", "CHATHISTORY BEFORE #den msgid=m1 20"],
    ["/history 5 bob", "CHATHISTORY LATEST bob * 5"],
    ["/history den before 2026-01-01T10:00", "CHATHISTORY BEFORE #den timestamp=2026-01-01T10:00:00.000Z 20"],
    ["/history after 2026-01-01 3", "CHATHISTORY AFTER #den timestamp=2026-01-01T00:00:00.000Z 3"],
    ["/search tea time", "SEARCH text=tea\\stime"],
    ["/search tea FROM:bob", "SEARCH text=tea;from=bob"],
    ['/search "tea time" from:bob', "SEARCH text=tea\\stime;from=bob"],
    ['/search 3" tea', 'SEARCH text=3"\\stea'],
    [
      "/search tea from:bob in:den after:2026-01-01 has:link",
      "SEARCH text=tea;from=bob;in=#den;after=2026-01-01T00:00:00.000Z;has=link",
    ],
  ])("%s", (line, sent) => expect(sends(line)).toEqual([sent]))

  test.each([
    ["/reply 9 hello", "there is no message 9 here; /reply alone lists them"],
    ["/redact dave", "there is no message of dave here; /redact alone lists them"],
    ["/react 1", "there is no message 1 here; /react alone lists them"],
    ["/reply last", "usage: /reply [N|NICK|last TEXT]"],
    ["/history before", "usage: /history [N] [CHANNEL|NICK] [before|after TIME]"],
    [
      "/history before noon",
      "noon is no time: write 2026-11-20, 2026-11-20T14:02, 14:02, yesterday, 90m, 3h or 2d",
    ],
    ["/history 0", "0 is no number of messages"],
    ["/history 5000000", "5000000 is no number of messages"],
    ["/search", "look for what?"],
    ["/search has:cake", "only has:link is known, not has:cake"],
    ["/search tea from: bob", "what stands after from: has no space before it"],
    [
      "/search x after:noon",
      "noon is no time: write 2026-11-20, 2026-11-20T14:02, 14:02, yesterday, 90m, 3h or 2d",
    ],
  ])("%s sends nothing: %s", (line, words) => {
    expect(sends(line)).toEqual([])
    expect(texts()).toEqual([words])
  })

  test("what is still on its way has no id yet, and the one before it is not taken back in its place", () => {
    talk.typed("coffee, please")
    for (const word of ["last", "Alice"])
      expect(sends(`/redact ${word}`).filter((line) => line.startsWith("REDACT"))).toEqual([])
    const words = "what you said last is not confirmed by the server yet: nothing was taken back"
    expect(texts()).toEqual([words, words])
    shown(
      at("01T14:05", "@label=chat-1;msgid=m4 :alice!a@h PRIVMSG #den :coffee, please").replace("Z @", "Z;"),
    )
    expect(sends("/redact last")).toEqual(["REDACT #den m4"])
  })

  test("what was taken back has no number any more, and the others keep theirs", () => {
    sends("/reply")
    shown(":bob!b@h REDACT #den m1")
    printed.length = 0
    expect(sends("/reply 1 yes")).toEqual([])
    expect(texts()).toEqual(["there is no message 1 here; /reply alone lists them"])
    expect(sends("/reply 2 yes")).toEqual(["@+reply=m2;+draft/reply=m2 PRIVMSG #den :yes"])
  })

  test("who one talks with is followed to another nick", () => {
    shown(at("01T14:05", "@msgid=d1 :bob!b@h PRIVMSG alice :psst").replace("Z @", "Z;"), ":bob!b@h JOIN #den")
    talk.typed("/query bob")
    shown(at("01T14:06", ":bob!b@h NICK rob"))
    expect(talk.target).toBe("rob")
    expect(sends("/reply last yes")).toEqual(["@+reply=d1;+draft/reply=d1 PRIVMSG rob :yes"])
    expect(sends("/history")).toEqual(["CHATHISTORY BEFORE rob msgid=d1 20"])
  })

  test("a server that cannot do it, or none at all, is named instead of asked", () => {
    rig.session.view.capabilities.delete("draft/message-redaction")
    expect(sends("/redact last")).toEqual([])
    rig.session.close(++rig.now)
    expect(sends("/search tea")).toEqual([])
    expect(sends("/topic tea")).toEqual([])
    expect(sends("/reply bob later")).toEqual([])
    expect(rig.session.outbox.size).toBe(1)
    expect(texts()).toEqual([
      "this server cannot take messages back",
      "not connected just now: nothing was sent",
      "not connected just now: nothing was sent",
    ])
  })

  test("what is found has numbers too, with the day where it is another", () => {
    talk.typed("/search te")
    const { out } = shown(
      "@label=ask-1 :s BATCH +f soju.im/search",
      "@batch=f;msgid=x1;time=2025-12-24T18:00:00.000Z :bob!b@h PRIVMSG #den :tea\x1b[2J",
      "@batch=f;msgid=x2;time=2026-01-01T14:02:00.000Z :bob!b@h PRIVMSG alice :tent",
      ":s BATCH -f",
    )
    expect(out).toEqual(["[1] Wed 24 Dec 2025 18:00 #den bob tea", "[2] 14:02 @bob bob tent"])
    rig.sent()
    expect(sends("/reply 2 where?")).toEqual(["@+reply=x2;+draft/reply=x2 PRIVMSG bob :where?"])
  })

  test.each([
    ["/search tea limit:1", "before:2026-01-01T14:02:10 the search goes further back"],
    ["/search tea after:2026-01-01 limit:1", "after:2026-01-01T14:02:09 the search goes on"],
    ["/search tea limit:2", undefined],
  ])("%s is told how it goes on, where it may", (line, how) => {
    talk.typed(line)
    const { err } = shown(
      "@label=ask-1 :s BATCH +f soju.im/search",
      "@batch=f;msgid=x1;time=2026-01-01T14:02:09.400Z :bob!b@h PRIVMSG #den :tea",
      ":s BATCH -f",
    )
    expect(err.at(-1)).toBe(how && `there may be more: with ${how}`)
  })

  test("a search is not where /history goes on", () => {
    talk.typed("/search tea")
    shown(
      "@label=ask-1 :s BATCH +f soju.im/search",
      "@batch=f;msgid=x1;time=2025-12-24T18:00:00.000Z :bob!b@h PRIVMSG #den :tea",
      ":s BATCH -f",
    )
    rig.sent()
    expect(sends("/history")).toEqual(["CHATHISTORY BEFORE #den msgid=m1 20"])
  })

  test("where everything was shown, /history shows the last of it with numbers, and then the beginning is said", () => {
    const nothing = (label: string) => [`@label=${label} :s BATCH +h chathistory #den`, ":s BATCH -h"]
    talk.typed("/history 2")
    shown(...nothing("ask-1"))
    expect(texts()).toEqual([
      "nothing earlier is kept here than what was shown, which ends so:",
      "[1] 14:03 carol coffee",
      "[2] 14:04 alice juise",
    ])
    printed.length = 0
    rig.sent()
    expect(sends("/history 2")).toEqual(["CHATHISTORY BEFORE #den msgid=m2 2"])
  })

  test("who one never talked with, and what one cannot read, are told apart from a beginning", () => {
    talk.typed("/history bob")
    shown("@label=ask-1 :s BATCH +h chathistory bob", ":s BATCH -h")
    talk.typed("/history nobody")
    shown("@label=ask-2 :s FAIL CHATHISTORY INVALID_TARGET LATEST nobody :Messages could not be retrieved")
    talk.typed("/search tea in:#x")
    shown("@label=ask-3 :s FAIL SEARCH INVALID_PARAMS in :Nothing can be searched by that")
    expect(texts()).toEqual([
      "nothing is kept of what was said there",
      "nothing was read back: you are in no channel of that name, and nobody has it (INVALID_TARGET)",
      "nothing was searched: you are in no channel of that name, and nobody has it (INVALID_PARAMS)",
    ])
  })

  test("a list to choose from has a line for each, and its numbers stand below each other", () => {
    for (let i = 5; i < 12; i++)
      shown(at("01T14:05", `@msgid=m${i} :bob!b@h PRIVMSG #den :no ${i}`).replace("Z @", "Z;"))
    const lines = ["one", "", "two", "three"].map((line) => `@batch=x :bob!b@h PRIVMSG #den :${line}`)
    const opening = "@msgid=m12;time=2026-01-01T14:05:00.000Z :bob!b@h BATCH +x draft/multiline #den"
    shown(opening, ...lines, ":s BATCH -x")
    printed.length = 0
    talk.typed("/reply")
    expect([texts()[0], texts()[9]]).toEqual([
      " [1] 14:03 carol coffee",
      "[10] 14:05 bob one (and 2 more lines)",
    ])
    shown(opening.replace("m12", "m13"), ...lines.slice(1, 3), ":s BATCH -x")
    shown(opening.replace("m12", "m14"), ...lines.slice(0, 3), ":s BATCH -x")
    printed.length = 0
    talk.typed("/reply")
    expect(texts().slice(-2)).toEqual([" [9] 14:05 bob two", "[10] 14:05 bob one (and 1 more line)"])
  })

  test("answers, reactions and what was taken back are told with what they mean", () => {
    const { out, err } = shown(
      at("01T14:05", "@msgid=m4;+draft/reply=m1 :carol!c@h PRIVMSG #den :no").replace("Z @", "Z;"),
      at("01T14:06", "@+draft/reply=m2;+draft/react=👍 :bob!b@h TAGMSG #den").replace("Z @", "Z;"),
      at("01T14:07", ":bob!b@h REDACT #den m1 :oops"),
      at("01T14:08", ":root!r@h REDACT #den m2"),
      at("01T14:09", ":root!r@h REDACT #den m1"),
      ":s FAIL REDACT REDACT_WINDOW_EXPIRED #den m3 3600 :This message is too old to be redacted",
    )
    expect(out).toEqual(["14:05 carol (to bob: tea?) no"])
    expect(err).toEqual([
      "14:06 bob reacts 👍 to carol: coffee",
      "14:07 bob took back the message of 14:02: oops",
      "14:08 root took back the message of carol of 14:03",
      "14:09 root took a message back",
      "not taken back: This message is too old to be redacted (REDACT_WINDOW_EXPIRED)",
    ])
    expect(sends("/reply bob hm")).toEqual([])
  })

  test("a reaction is told with its channel where there are several", () => {
    shown(":alice!a@h JOIN #ops", ":s BATCH +o chathistory #ops", ":s BATCH -o")
    printed.length = 0
    shown(
      at("01T14:06", "@+draft/react=👍;+reply=m2 :bob!b@h TAGMSG #den").replace("Z @", "Z;"),
      at("01T14:07", "@+draft/unreact=👍;+reply=m2 :bob!b@h TAGMSG #den").replace("Z @", "Z;"),
    )
    expect(texts()).toEqual([
      "14:06 #den bob reacts 👍 to carol: coffee",
      "14:07 #den bob no longer reacts 👍 to carol: coffee",
    ])
  })

  test("several lines are one message, below each other", () => {
    const { out } = shown(
      "@msgid=m9;time=2026-01-01T14:05:00.000Z :bob!b@h BATCH +x draft/multiline #den",
      "@batch=x :bob!b@h PRIVMSG #den :one",
      "@batch=x :bob!b@h PRIVMSG #den :\ttwo\x1b[2J",
      ":s BATCH -x",
    )
    expect(out).toEqual(["14:05 bob one\n          two"])
  })

  test("a paste is one message where the server takes one, and commands in it stay commands", () => {
    rig.session.view.capabilities.add("draft/multiline")
    rig.session.view.capabilityValues.set("draft/multiline", "max-bytes=4096,max-lines=32")
    talk.entered(["def f():", "  return 1"])
    expect(rig.sent()).toHaveLength(4)
    shown("@label=chat-1 :s FAIL PRIVMSG STORAGE_FULL #den :The disk is full")
    expect(texts()).toEqual(["not delivered to #den (The disk is full): def f():\n        return 1"])
    talk.entered(["/topic one", "/topic two"])
    expect(rig.sent()).toEqual(["TOPIC #den :one", "TOPIC #den :two"])
  })

  test("unread messages are counted", () => {
    start(PLAIN)
    rig = new ClientRig({ isRead: true }).register(`${CAPS} draft/read-marker`).targets()
    rig.feed(":alice!a@h JOIN #den", ":s MARKREAD #den timestamp=2026-01-01T11:00:00.000Z")
    rig.page(["m1", "bob", "one"], ["m2", "bob", "two"])
    flush()
    expect(texts().slice(-3)).toEqual(["— 2 unread in #den —", "12:00 bob one", "12:00 bob two"])
  })
})

describe("what was written and is not confirmed", () => {
  beforeEach(() => {
    rig = new ClientRig({ isRead: true }).settle()
    talk = talkOf(rig)
    printed = []
  })
  const notes = () => printed.splice(0).map(({ text }) => text)

  test("is shown once while there is no connection, and not announced anew when it is back", () => {
    rig.session.close(++rig.now)
    talk.typed("/me waves")
    talk.entered(["one", "", "two"])
    rig.session.tick(++rig.now)
    flush()
    expect(notes()).toEqual([
      "kept until there is a connection, to #den: * waves",
      "kept until there is a connection, to #den: one",
      "kept until there is a connection, to #den: two",
    ])
    rig.register()
    flush()
    expect(notes()).toEqual(["connected to Net as alice; /help lists the commands"])
    rig.session.close(++rig.now)
    rig.register()
    flush()
    expect(notes()).toEqual(["connected again as alice"])
  })

  test("is shown when the server does not answer for long, and by a connection that is lost at once", () => {
    talk.typed("hello")
    rig.session.tick(rig.now + 5_000)
    flush()
    expect(notes()).toEqual([])
    rig.session.tick(rig.now + 6_000)
    flush()
    expect(notes()).toEqual(["not confirmed by the server yet, to #den: hello"])
    talk.typed("again")
    rig.session.close(rig.now + 6_001)
    rig.session.tick(rig.now + 7_000)
    flush()
    expect(notes()).toEqual(["not confirmed by the server yet, to #den: again"])
    expect(rig.session.unconfirmed().map(({ text, wasSent }) => [text, wasSent])).toEqual([
      ["hello", true],
      ["again", true],
    ])
  })

  test("is told to nobody where nobody reads", () => {
    start(PLAIN)
    rig.session.close(++rig.now)
    talk.typed("hello")
    flush()
    expect(notes()).toEqual([])
  })
})

test("signs of every rank a server names are known, the founder's too", () => {
  rig.feed(
    ":s 005 alice PREFIX=(qaohv)~&@%+ :are supported",
    ":s 353 alice = #den :~@bob &carol %dave +eve alice",
    ":s 366 alice #den :End",
    ":bob!b@h MODE #den +q eve",
  )
  flush()
  talk.typed("/names")
  expect(printed.at(-1)?.text).toBe("#den (5): &carol %dave ~bob ~eve alice")
  expect(completer(talk)("ev")).toEqual([["eve: "], "ev"])
  const { out } = shown(at("01T14:02", ":bob!b@h PRIVMSG ~#den :to founders"))
  expect(out).toEqual(["14:02 bob to founders"])
})

describe("keeping order", () => {
  const OURS =
    ":s 005 alice CHANMODES=beI,k,flW,imnst EXTBAN=,am ACCOUNTEXTBAN=a WHOX MODES=6 :are supported by this server"

  beforeEach(() => {
    shown(
      OURS,
      ":s 353 alice = #den :@alice!alice@member bob!bob@member carol!carol@x.guest +dora!dora@y.guest",
      ":s 366 alice #den :End",
    )
    printed.length = 0
    rig.sent()
  })

  const sends = (line: string) => {
    talk.typed(line)
    return rig.sent()
  }
  const texts = () => printed.map(({ text }) => text)
  /** What is sent once the server has said who that is. */
  const answered = (...lines: string[]) => {
    shown(...lines)
    return rig.sent()
  }
  const bob = (token: number) => [
    `:s 354 alice ${token} bob member bob bob`,
    `:s 354 alice ${token} bob x.guest bobby 0`,
    ":s 315 alice bob :End of WHO list",
  ]
  const carol = (token: number) => [
    `:s 354 alice ${token} carol x.guest carol 0`,
    ":s 315 alice carol :End of WHO list",
  ]

  test("a mute means the account of who has one, and is for a time or until it is lifted", () => {
    expect(sends("/mute bob 10m")).toEqual(["WHO bob %tuhna,1"])
    expect(answered(...bob(1))).toEqual(["TBAN #den 600 m:a:bob"])
    expect(sends("/mute den BOB")).toEqual(["WHO BOB %tuhna,2"])
    expect(answered(...bob(2).map((line) => line.replace("315 alice bob", "315 alice BOB")))).toEqual([
      "MODE #den +b m:a:bob",
    ])
    expect(texts()).toEqual([])
  })

  test("a guest is muted by where they come from, and by the nick as well where others come from there", () => {
    sends("/mute carol 1h")
    expect(answered(...carol(1))).toEqual(["TBAN #den 3600 m:*!*@x.guest"])
    shown(":erin!erin@x.guest JOIN #den")
    sends("/mute carol 1h")
    expect(answered(...carol(2))).toEqual(["TBAN #den 3600 m:carol!*@x.guest"])
  })

  test("a ban removes who is there, with the reason", () => {
    sends("/ban bob 10m too loud")
    expect(answered(...bob(1))).toEqual(["TBAN #den 600 a:bob", "KICK #den bob :too loud"])
    sends("/ban bob 2h")
    expect(answered(...bob(2))).toEqual(["TBAN #den 7200 a:bob", "KICK #den bob :banned for 2 h"])
    sends("/ban bob too loud")
    expect(answered(...bob(3))).toEqual(["MODE #den +b a:bob", "KICK #den bob :too loud"])
    shown(":bob!bob@member PART #den")
    sends("/ban bob")
    expect(answered(...bob(4))).toEqual(["MODE #den +b a:bob"])
  })

  test.each([
    ["/ban *!*@x.guest", "MODE #den +b *!*@x.guest"],
    ["/ban a:bob 10m", "TBAN #den 600 a:bob"],
    ["/unban den a:bob", "MODE #den -b a:bob"],
    ["/slow 10s", "MODE #den +W 10"],
    ["/slow den 5m", "MODE #den +W 300"],
    ["/slow off", "MODE #den -W"],
    ["/quiet on", "MODE #den +m"],
    ["/quiet den off", "MODE #den -m"],
  ])("%s", (line, sent) => expect(sends(line)).toEqual([sent]))

  test.each([
    ["/mute", "usage: /mute [CHANNEL] NICK [TIME]"],
    ["/mute bob soon", "soon is no time: write 90s, 10m, 2h, 7d or 2w"],
    ["/mute bob 10", "10 is no time: write 90s, 10m, 2h, 7d or 2w"],
    ["/mute bob 10m loud", "usage: /mute [CHANNEL] NICK [TIME]"],
    ["/mute alice", "that is you"],
    ["/mute dora", "dora has + in #den and would be heard all the same: take that first"],
    ["/ban", "usage: /ban [CHANNEL] NICK|MASK [TIME] [REASON]"],
    ["/ban bob 10 loud", "10 is no time: write 90s, 10m, 2h, 7d or 2w"],
    ["/ban Alice", "that is you"],
    ["/unban", "usage: /unban [CHANNEL] NICK|MASK"],
    ["/unmute", "usage: /unmute [CHANNEL] NICK"],
    ["/slow", "usage: /slow [CHANNEL] TIME|off"],
    ["/slow down", "down is no time: write 90s, 10m, 2h, 7d or 2w"],
    ["/quiet", "usage: /quiet [CHANNEL] on|off"],
    ["/quiet maybe", "usage: /quiet [CHANNEL] on|off"],
  ])("%s sends nothing: %s", (line, words) => {
    expect(sends(line)).toEqual([])
    expect(texts()).toEqual([words])
  })

  test("what is lifted is all that means them, and nothing else", () => {
    expect(sends("/unmute bob")).toEqual(["WHO bob %tuhna,1", "MODE #den b"])
    const list = ["m:a:bob", "m:b*!*@*", "a:bob", "m:carol!*@*"]
    const entries = list.map((mask) => `:s 367 alice #den ${mask} alice!a@h 1`)
    expect(answered(...bob(1), ...entries, ":s 368 alice #den :End")).toEqual([
      "MODE #den -bb m:a:bob m:b*!*@*",
    ])
    sends("/unban bob")
    expect(answered(...entries, ":s 368 alice #den :End", ...bob(2))).toEqual(["MODE #den -b a:bob"])
    sends("/unmute bob")
    expect(answered(...bob(3), ":s 368 alice #den :End")).toEqual([])
    // A guest is not the account of the same name.
    sends("/unban carol")
    expect(answered(":s 367 alice #den a:carol alice!a@h 1", ":s 368 alice #den :End", ...carol(4))).toEqual(
      [],
    )
    expect(texts()).toEqual(["bob is not muted in #den", "carol is not banned in #den"])
  })

  test("who is not here has still the account, or the nick", () => {
    sends("/unban zoe")
    const list = ["a:zoe", "ZOE!*@*", "*!*@x.guest"].map((mask) => `:s 367 alice #den ${mask} alice!a@h 1`)
    expect(answered(...list, ":s 368 alice #den :End", ":s 315 alice zoe :End")).toEqual([
      "MODE #den -bb a:zoe ZOE!*@*",
    ])
    sends("/mute zoe")
    expect(answered(":s 315 alice zoe :End")).toEqual([])
    expect(texts()).toEqual(["nobody here is called zoe"])
  })

  test("a server of another kind is asked in its own way, and one that does not answer is given up", () => {
    shown(":s 005 alice -WHOX -ACCOUNTEXTBAN -EXTBAN CHANMODES=b,k,l,imnst :are supported by this server")
    expect(sends("/mute bob")).toEqual([])
    expect(sends("/slow 10s")).toEqual([])
    expect(sends("/ban bob")).toEqual(["WHO bob"])
    expect(answered(":s 352 alice #den ~b host s bob H :0 Bob", ":s 315 alice bob :End")).toEqual([
      "MODE #den +b *!*@host",
      "KICK #den bob :banned",
    ])
    sends("/ban carol")
    expect(rig.session.unsettled).toBe(1)
    rig.session.tick((rig.now += 61_000))
    flush()
    expect(rig.session.unsettled).toBe(0)
    expect(texts()).toEqual([
      "this server knows no mutes: /quiet on, or /ban",
      "this server has no slow mode",
      "nothing was done about carol: no answer came",
    ])
  })

  test("what happened is told in words", () => {
    const note = (mask: string, seconds: number) =>
      `:s NOTE TBAN TIMED_BAN #den ${mask} ${seconds} :alice banned somebody`
    const { err } = shown(
      note("m:a:bob", 600),
      ":bella!b@h MODE #den +b m:a:bob",
      note("*!*@x.guest", 3600),
      ":alice!alice@member MODE #den +b *!*@x.guest",
      ":bella!b@h MODE #den +b m:a:alice",
      ":s MODE #den -b m:a:bob",
      ":bella!b@h MODE #den -bb+o *!*@z.guest carol!*@* dora",
      ":bella!b@h MODE #den +W 10",
      ":bella!b@h MODE #den -W",
      ":bella!b@h MODE #den +mk-i key",
      ":bella!b@h MODE #den -m",
      ":alice MODE alice :+i",
    )
    expect(err.map((line) => line.replace(/^\d\d:\d\d /, ""))).toEqual([
      "bella muted bob here for 10 min",
      "you banned carol here for 1 h",
      "bella muted you here",
      "the mute of bob here is over",
      "bella lifted the ban of *!*@z.guest here; bella lifted the ban of carol here; bella set #den +o dora",
      "bella set slow mode here: one message in 10 s",
      "bella ended slow mode here",
      "bella made it quiet here: only voice and higher may write; bella set #den +k-i key",
      "bella let everybody write here",
      "alice set alice +i",
    ])
  })
})

test("what is refused for want of an account says what to type", () => {
  const { err } = shown(
    ":s FAIL REGISTER DISALLOWED bob :On this network accounts are made by whoever runs the server",
    ":s FAIL CHANSERV ACCOUNT_REQUIRED #den :Log in first",
    ":s FAIL REGISTER ALREADY_AUTHENTICATED bob :You are logged in as bob",
  )
  expect(err).toEqual([
    "REGISTER bob: On this network accounts are made by whoever runs the server (DISALLOWED); ask the host for an invitation: chat invite NAME",
    "CHANSERV #den: Log in first (ACCOUNT_REQUIRED); log in: chat connect --sasl NAME, or with an invitation: chat join LINK",
    "REGISTER bob: You are logged in as bob (ALREADY_AUTHENTICATED); /password changes its password",
  ])
})

test("who came and went meanwhile is one line between messages, and what they took back is known again", () => {
  shown(at("01T14:00", ":bob!b@h PRIVMSG #den :first").replace("@", "@msgid=m0;"))
  rig.session.close(rig.now)
  const caps = `${USUAL} draft/event-playback`
  rig.register(caps).targets()
  rig.feed(":alice!a@h JOIN #den")
  flush()
  printed.length = 0
  const lines = [
    ":ann!u@h JOIN #den",
    ":ben!u@h JOIN #den",
    ":bob!u@h QUIT :sleepy",
    ":ben!u@h PART #den",
    ":cat!u@h JOIN #den",
    ":dan!u@h JOIN #den",
    ":eve!u@h JOIN #den",
    ":ann!u@h PRIVMSG #den :hello",
    ":eve!u@h PART #den",
    ":eve!u@h JOIN #den",
    "+draft/react=ok;+reply=m0 :cat!u@h TAGMSG #den",
    ":bob!b@h REDACT #den m0 :typo",
    ":dan!u@h QUIT",
  ]
  const page = lines.map((line, i) => {
    const [tags, rest] = line.startsWith(":")
      ? ["", line]
      : [`;${line.split(" :")[0]}`, `:${line.split(" :").slice(1).join(" :")}`]
    return `@batch=p;msgid=x${i};time=2026-01-01T15:${10 + i}:00.000Z${tags} ${rest}`
  })
  rig.feed(
    ":s BATCH +p chathistory #den",
    ...page,
    ":s BATCH -p",
    ":s BATCH +p chathistory #den",
    ":s BATCH -p",
  )
  flush()
  expect(printed.map(({ text }) => text)).toEqual([
    "15:16 ann, cat, dan and eve joined, bob left",
    "15:17 ann hello",
    "15:20 cat reacts ok to bob: first",
    "15:21 bob took back the message of 14:00: typo",
    "15:22 dan left",
    expect.stringMatching(/^reconnected in .*, 1 fetched, 0 lost$/),
  ])
})

test("a history of little but who came and went says where it stopped, and what reads on", () => {
  const cutAt = Date.UTC(2026, 0, 1, 9, 30, 1, 500)
  const found = { type: "found", by: "history", messages: [], cutAt } as const
  talk.happened([{ ...found, asked: ["BEFORE", "#den", "msgid=m1", "20"] }])
  talk.happened([{ ...found, asked: ["AFTER", "#den", "timestamp=2025-01-01T00:00:00.000Z", "20"] }])
  const words = "as far as Thu 1 Jan 2026, 09:30 there is little but who came and went: /history"
  expect(printed.map(({ text }) => text)).toEqual([
    `${words} before 2026-01-01T09:30:02 reads on`,
    `${words} after 2026-01-01T09:30:01 reads on`,
  ])
})

test("where nothing further is kept, and where a search ran out of time, that is said", () => {
  const caps = "batch labeled-response message-tags soju.im/search draft/chathistory"
  rig = new ClientRig().settle(caps)
  talk = talkOf(rig)
  for (const line of ["/history", "/search tea", "/search coffee"]) talk.typed(line)
  const { err, out } = shown(
    "@label=ask-1 :s BATCH +a chathistory #den",
    ":s BATCH -a",
    "@label=ask-2 :s BATCH +b soju.im/search",
    "@batch=b :s NOTE SEARCH INCOMPLETE 2026-01-01T09:30:00.000Z :There was no time to look further than this",
    "@batch=b;msgid=m1;time=2026-01-01T10:00:00.000Z :bob!b@h PRIVMSG #den :tea",
    ":s BATCH -b",
    "@label=ask-3 :s BATCH +c soju.im/search",
    ":s BATCH -c",
  )
  expect(out).toEqual(["[1] 10:00 #den bob tea"])
  expect(err).toEqual([
    "nothing is kept of what was said there",
    "the search ran out of time at Thu 1 Jan 2026, 09:30: say more words, or a time, to look further",
    "nothing was found",
  ])
})

describe("/password", () => {
  async function answers(...lines: string[]) {
    secrets = lines
    rig.sent()
    talk.typed("/password")
    await Bun.sleep(0)
    return { sent: rig.sent(), note: printed.at(-1)?.text }
  }

  test("asks for what there is, and for the new one twice", async () => {
    expect(await answers("sesame", "open, saffron", "open, saffron")).toMatchObject({
      sent: ["NICKSERV PASSWD sesame :open, saffron"],
    })
  })

  test("a first one needs no other", async () => {
    expect((await answers("", "saffron", "saffron")).sent).toEqual(["NICKSERV PASSWD :saffron"])
  })

  test.each([
    [
      "without a terminal",
      [],
      "no password was given, and nothing is changed; it is asked for on a terminal only",
    ],
    ["with two that differ", ["", "one", "other"], "the two are not the same: nothing was changed"],
    ["with none", ["sesame", "", ""], "nothing was changed"],
    [
      "with one that no line could hold",
      ["open sesame", "x", "x"],
      "a password with a space is changed by the server's host: chat admin password NAME",
    ],
  ])("%s sends nothing, and says so", async (_, lines, note) => {
    expect(await answers(...lines)).toEqual({ sent: [], note })
  })
})
