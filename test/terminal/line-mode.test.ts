// Golden output of line mode: what happened on the wire, and the very lines that a person reads.
import { beforeEach, describe, expect, test } from "bun:test"
import { nearest } from "../../src/nearest.ts"
import { completer } from "../../src/terminal/complete.ts"
import { COMMANDS } from "../../src/terminal/commands.ts"
import { Talk } from "../../src/terminal/talk.ts"
import { Words, type Printed } from "../../src/terminal/words.ts"
import { ClientRig } from "../support/client-rig.ts"

const PLAIN = { colour: false, ascii: false }

let rig: ClientRig
let talk: Talk
let printed: Printed[]

beforeEach(() => start(PLAIN))

function start(style: { colour: boolean; ascii: boolean }) {
  process.env.TZ = "UTC"
  rig = new ClientRig().settle()
  printed = []
  const words = new Words(rig.session.view, style, rig.now)
  const print = (line: Printed) => printed.push(line)
  talk = new Talk(
    {
      session: rig.session,
      words,
      print,
      flush,
      quit: () => print({ stream: "err", text: "QUIT" }),
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
      "14:07 bob set #den +m",
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
  rig.register()
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

  test("an unknown one says so, a lame one shows its use", () => {
    expect(typed("/xyzzy den", "/kick", "/msg bob")).toEqual([])
    expect(printed.map((line) => line.text)).toEqual([
      "there is no command /xyzzy; /help lists the commands",
      "usage: /kick [CHANNEL] NICK [REASON]",
      "usage: /msg NICK|CHANNEL TEXT",
    ])
    typed("/topicc")
    expect(printed.at(-1)?.text).toBe("there is no command /topicc; did you mean /topic?")
  })

  test("help has a line for each", () => {
    typed("/help")
    expect(printed).toHaveLength(Object.keys(COMMANDS).length + 1)
    for (const name of Object.keys(COMMANDS))
      expect(printed.some((line) => line.text.startsWith(`/${name}`))).toBe(true)
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
  expect(complete("/qui")).toEqual([["/quit "], "/qui"])
  expect(complete("see #d")).toEqual([["#den "], "#d"])
  expect(complete("al")).toEqual([[], "al"])
})
