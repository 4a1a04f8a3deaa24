// What was said before: missed direct messages, what is unread, searching, answering and taking back, by `chat connect` and by
// commands of their own, and logging in with a password for it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { trusting } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { CHAT, chat, testWith } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { Tmux, type Window } from "../support/tmux.ts"

const PASSWORD = "sesame, open"
const withTmux = testWith("tmux")

let server: TestServer
beforeAll(async () => {
  server = await startServer({ config: NO_THROTTLING })
  for (const name of ["alice", "amy", "bob", "carol", "dora", "erin"]) {
    const options = { home: server.home("server"), stdin: `${PASSWORD}\n` }
    await chat(["admin", "register", name, "--data", server.data], options)
  }
  writeFileSync(password(), `${PASSWORD}\n`)
})
afterAll(() => server[Symbol.asyncDispose]())

const password = () => join(server.folder, "password")

function args(name: string, ...more: string[]): string[] {
  return [...trusting(server), "--sasl", name, "--password-file", password(), ...more]
}

function command(name: string, ...words: string[]) {
  const more = args(name, "--host", `127.0.0.1:${server.port}`)
  return chat([...words, ...more], { home: server.home(name) })
}

async function connectAs(tmux: Tmux, name: string, channel: string): Promise<Window> {
  const line = [CHAT, "connect", `127.0.0.1:${server.port}`, ...args(name, "--join", channel)]
  const window = tmux.open(line, { home: server.home(name) })
  await window.shows(/ you joined #/)
  return window
}

async function logIn(name: string, ...capabilities: string[]): Promise<Irc> {
  const irc = await Irc.connect(server)
  const response = Buffer.from(`\0${name}\0${PASSWORD}`).toString("base64")
  irc.send(`CAP REQ :sasl ${capabilities.join(" ")}`, `NICK ${name}`, `USER ${name} 0 * :${name}`)
  irc.send("AUTHENTICATE PLAIN", `AUTHENTICATE ${response}`, "CAP END")
  await irc.expect(/ 001 /)
  return irc
}

withTmux("direct messages of an absence are fetched with the rest, once and in order", async () => {
  using tmux = new Tmux()
  const alice = await connectAs(tmux, "alice", "absence")
  const bob = await logIn("bob")
  bob.send("JOIN #absence", "PRIVMSG alice :before")
  await alice.shows(/@bob bob before/)
  process.kill(alice.pid, "SIGSTOP")
  await server.kill()
  await server.start()
  const again = await logIn("bob", "echo-message")
  const carol = await logIn("carol")
  carol.send("PRIVMSG alice :from somebody new")
  again.send("JOIN #absence", ...Array.from({ length: 130 }, (_, i) => `PRIVMSG alice :direct ${i}.`))
  again.send("PRIVMSG #absence :in the channel")
  await again.expect(/ :in the channel$/)
  process.kill(alice.pid, "SIGCONT")
  await alice.shows(/reconnected in [\d.]+ s, 132 fetched, 0 lost/)
  const said = [...alice.text().matchAll(/^\d\d:\d\d @bob bob (.*)$/gm)].map(([, text]) => text)
  expect(said).toEqual(["before", ...Array.from({ length: 130 }, (_, i) => `direct ${i}.`)])
  expect(alice.count(/@carol carol from somebody new/g)).toBe(1)
  await Promise.all([again.quit(), carol.quit()])
})

withTmux(
  "reactions, what was taken back and who came is known of an absence, too; messages alone are counted",
  async () => {
    using tmux = new Tmux()
    // Who has missed nothing before.
    const alice = await connectAs(tmux, "amy", "events")
    const bob = await logIn("bob", "message-tags", "draft/message-redaction", "echo-message")
    bob.send("JOIN #events", "PRIVMSG #events :to be judged", "PRIVMSG #events :a slip")
    await Promise.all([alice.shows(/bob a slip/), bob.expect(/ :a slip$/)])
    const ids = bob.lines.flatMap((line) => /msgid=(\S+?)[; ].* PRIVMSG #events /.exec(line)?.[1] ?? [])
    process.kill(alice.pid, "SIGSTOP")
    await server.kill()
    await server.start()
    const again = await logIn(
      "bob",
      "message-tags",
      "draft/message-redaction",
      "echo-message",
      "labeled-response",
    )
    const [carol, erin] = [await logIn("carol"), await logIn("erin")]
    again.send("JOIN #events", "PRIVMSG #events :one", `@+reply=${ids[0]};+draft/react=👍 TAGMSG #events`)
    again.send(`REDACT #events ${ids[1]} :was wrong`)
    await again.expect(/ REDACT #events /)
    carol.send("JOIN #events")
    await carol.expect(/ 366 /)
    erin.send("JOIN #events", "PART #events")
    await erin.expect(/ PART #events/)
    again.send("PRIVMSG #events :two")
    await again.expect(/ :two$/)
    process.kill(alice.pid, "SIGCONT")
    await alice.shows(/reconnected in [\d.]+ s, 2 fetched, 0 lost/)
    const told = alice.text().slice(alice.text().lastIndexOf("connected again as")).split("\n")
    const expected = [
      /bob one$/,
      /bob reacts 👍 to bob: to be judged$/,
      /bob took back the message of \d\d:\d\d: was wrong$/,
      /carol joined$/,
      /bob two$/,
      /reconnected in/,
    ]
    expect(
      told.flatMap((line) => expected.findIndex((pattern) => pattern.test(line))).filter((at) => at >= 0),
    ).toEqual([0, 1, 2, 3, 4, 5])
    alice.say("/history 50")
    await alice.shows(/nothing earlier is kept here than what was shown/)
    for (const irc of [again, carol, erin]) await irc.quit()
  },
)

withTmux("what came while one was away is unread, until it is shown on one device", async () => {
  const keeper = await logIn("bob", "echo-message")
  keeper.send("JOIN #unread", "PRIVMSG #unread :old")
  using tmux = new Tmux()
  const first = await connectAs(tmux, "dora", "unread")
  await first.shows(/bob old/)
  keeper.send("PRIVMSG #unread :seen")
  await first.shows(/bob seen/)
  first.say("/quit")
  expect(await first.exitCode()).toBe(0)
  keeper.send("PRIVMSG #unread :one", "PRIVMSG #unread :two", "PRIVMSG dora :a letter")
  await keeper.expect(/ :a letter$/)
  const second = await connectAs(tmux, "dora", "unread")
  await second.shows(/2 unread in #unread/)
  await second.shows(/@bob bob a letter/)
  await second.shows(/1 unread from bob/)
  second.say("/quit")
  expect(await second.exitCode()).toBe(0)
  const third = await connectAs(tmux, "dora", "unread")
  await third.shows(/bob two/)
  third.say("/history")
  await third.shows(/nothing earlier is kept here than what was shown/)
  expect(third.text()).not.toMatch(/unread (in|from)/)
  await keeper.quit()
})

withTmux("searching, answering, reacting, taking back, and a paste", async () => {
  using tmux = new Tmux()
  const alice = await connectAs(tmux, "alice", "lab")
  const bob = await connectAs(tmux, "bob", "lab")
  bob.say("run 2 drifted, see https://lab.example/plot")
  await alice.shows(/bob run 2 drifted/)
  alice.say("/search drift has:link")
  await alice.shows(/\[1\] \d\d:\d\d #lab bob run 2 drifted/)
  alice.say("/reply 1 I saw it")
  await bob.shows(/alice \(to bob: run 2 drifted, see https:\/\/lab\.example\/.*\) I saw it/)
  alice.say("/react bob 👍")
  await bob.shows(/alice reacts 👍 to bob: run 2 drifted/)
  alice.say("my pasword is")
  await bob.shows(/alice my pasword is/)
  alice.say("/redact last a slip")
  await bob.shows(/alice took back the message of \d\d:\d\d: a slip/)
  bob.say("/search pasword")
  await bob.shows(/nothing was found/)
  bob.say("/redact alice")
  await bob.shows(/not taken back: .* \(REDACT_FORBIDDEN\)/)
  bob.paste("def fit(x):\n    return x")
  bob.press("Enter")
  await alice.shows(/bob def fit\(x\):\n {10}return x/)
})

describe("chat search and chat history", () => {
  beforeAll(async () => {
    const irc = await logIn("erin", "echo-message")
    irc.send("JOIN #notes", ...Array.from({ length: 250 }, (_, i) => `PRIVMSG #notes :note ${i} on tea.`))
    irc.send("PRIVMSG bob :between us: tea?")
    await irc.expect(/ :between us/)
  }, 30_000)

  test("find messages, as lines or as objects", async () => {
    const found = await command("erin", "search", "note", "249", "--in", "notes")
    expect(found).toMatchObject({ exitCode: 0, stderr: "" })
    expect(found.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d #notes erin note 249 on tea\.\n$/)
    const json = await command("erin", "search", "between", "--from", "erin", "--json")
    expect(JSON.parse(json.stdout)).toMatchObject({
      v: 1,
      type: "message",
      target: "bob",
      from: "erin",
      account: "erin",
      text: "between us: tea?",
      history: true,
    })
  })

  test("read back as many pages as it takes, oldest first", async () => {
    const { stdout } = await command("erin", "history", "notes", "--limit", "230")
    const lines = stdout.trimEnd().split("\n")
    expect(lines.map((line) => line.replace(/^.* note (\d+) .*$/, "$1"))).toEqual(
      Array.from({ length: 230 }, (_, i) => String(i + 20)),
    )
    const forward = await command("erin", "history", "notes", "--after", "1h", "--limit", "120")
    expect(forward.stdout.trimEnd().split("\n")).toHaveLength(120)
    expect(forward.stdout).toContain(" note 0 ")
    expect((await command("erin", "history", "bob")).stdout).toContain("between us")
  }, 30_000)

  test("as many are found as were asked for, over several pages, and once each", async () => {
    const irc = await logIn("erin", "echo-message")
    irc.send("JOIN #finds")
    // Not all at one time.
    for (let i = 0; i < 250; i += 25) {
      irc.send(...Array.from({ length: 25 }, (_, j) => `PRIVMSG #finds :find ${i + j} on tea.`))
      await irc.expect(new RegExp(` :find ${i + 24} on`))
    }
    for (const bound of [[], ["--after", "1970-01-01T00:00:00Z"]]) {
      const more = ["--in", "finds", "--limit", "201", ...bound]
      const { stdout, stderr } = await command("erin", "search", "tea", ...more)
      const lines = stdout.trimEnd().split("\n")
      const first = bound.length === 0 ? 49 : 0
      expect(lines.map((line) => Number(/ find (\d+) /.exec(line)?.[1]))).toEqual(
        Array.from({ length: 201 }, (_, i) => i + first),
      )
      const which = bound.length === 0 ? "newest" : "first"
      expect(stderr).toBe(`chat: these are the ${which} 201; --limit N may show more\n`)
    }
    await irc.quit()
  }, 30_000)

  test("a time before all others finds all; two that are the wrong way round are refused", async () => {
    const ended = await command("erin", "history", "notes", "--after", "999999d", "--limit", "1")
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" note 0 ") })
    for (const words of [
      ["history", "notes"],
      ["search", "tea"],
    ])
      expect(await command("erin", ...words, "--after", "1h", "--before", "2h")).toEqual({
        exitCode: 2,
        stdout: "",
        stderr:
          "chat: error: --after 1h is later than --before 2h\nchat: hint: --after takes the earlier of the two\n",
      })
  })

  test("a message is found however many came and went after it", async () => {
    const irc = await logIn("carol")
    irc.send("JOIN #passage", "PRIVMSG #passage :the only words")
    for (let i = 0; i < 15; i++) irc.send("PART #passage", "JOIN #passage")
    irc.send("PING end")
    await irc.expect(/ PONG .*end$/)
    const { stdout } = await command("bob", "history", "passage", "--limit", "1")
    expect(stdout).toContain("#passage carol the only words")
    await irc.quit()
  })

  test("more words than a line holds are refused", async () => {
    const { exitCode, stderr } = await command("erin", "search", "word ".repeat(200))
    expect([exitCode, stderr]).toEqual([9, "chat: error: that is too much to ask for at once\n"])
  })

  test("nothing found is no error, and is said", async () => {
    expect(await command("erin", "search", "coffee")).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "chat: nothing was found\n",
    })
  })

  test("no such channel or person is exit code 8, and no channel is made", async () => {
    for (const words of [
      ["history", "nowhere"],
      ["history", "#nowhere"],
      ["search", "tea", "--in", "nowhere"],
    ]) {
      const { exitCode, stderr } = await command("erin", ...words)
      expect([exitCode, stderr]).toEqual([8, expect.stringContaining("nothing can be read of")])
    }
    const irc = await logIn("carol")
    irc.send("LIST #nowhere")
    expect(await irc.expect(/ 32[23] /)).toContain(" 323 ")
    await irc.quit()
  })
})

withTmux("a password is asked at the terminal, unseen, and what is typed afterwards is said", async () => {
  const irc = await logIn("carol", "echo-message")
  irc.send("JOIN #asked")
  using tmux = new Tmux()
  const line = [CHAT, "connect", `127.0.0.1:${server.port}`, ...trusting(server), "--sasl", "bob"]
  const bob = tmux.open([...line, "--join", "asked"], { home: server.home("asked") })
  await bob.shows(/password of bob: $/m)
  bob.say(PASSWORD)
  await bob.shows(/logged in as bob/)
  await bob.shows(/ you joined #asked/)
  bob.say("héllo")
  await irc.expect(/^:bob!.* PRIVMSG #asked :héllo$/)
  expect(bob.text()).not.toContain("sesame")
  await irc.quit()
})

test("who has no account is told how to log in", async () => {
  await using members = await startServer({ flags: ["--access", "members"] })
  const ended = await chat(["connect", `127.0.0.1:${members.port}`, ...trusting(members)], {
    home: members.home("x"),
    stdin: "",
  })
  expect(ended.exitCode).toBe(5)
  expect(ended.stderr).toContain(
    `chat: hint: with a password: chat connect 127.0.0.1:${members.port} --sasl NAME; with an invitation: chat join LINK`,
  )
})

describe("a login that is refused is exit code 5", () => {
  const wrong = () => {
    const path = join(server.folder, "wrong")
    writeFileSync(path, "guess\n")
    return path
  }

  test("and says why", async () => {
    const more = [...trusting(server), "--sasl", "carol", "--password-file", wrong()]
    const ended = await chat(["connect", `127.0.0.1:${server.port}`, ...more], {
      home: server.home("x"),
      stdin: "",
    })
    expect(ended).toMatchObject({ exitCode: 5, stdout: "" })
    expect(ended.stderr).toContain("chat: error: cannot log in: SASL authentication failed\n")
    expect(ended.stderr).toContain("chat: hint: check the account's name and its password\n")
  })

  test("the password may come by standard input, and never without a word of where from", async () => {
    const to = [
      "send",
      "carol",
      "hi",
      ...trusting(server),
      "--host",
      `127.0.0.1:${server.port}`,
      "--sasl",
      "bob",
    ]
    const home = server.home("y")
    const carol = await logIn("carol")
    expect(await chat([...to, "--password-file", "-"], { home, stdin: `${PASSWORD}\n` })).toMatchObject({
      exitCode: 0,
    })
    await carol.expect(/^:bob!.* PRIVMSG carol :hi$/)
    expect(await chat(to, { home, stdin: "" })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--password-file"),
    })
    await carol.quit()
  })
})
