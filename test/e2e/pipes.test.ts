// chat connect, send and tail in pipes: exit codes, what is on which stream, no escape byte, and nothing lost.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { connectPiped, openIn, trusting } from "../support/connect.ts"
import { Irc } from "../support/irc.ts"
import { ALL, chat, CHAT, environment, testWith } from "../support/program.ts"
import { leash, NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"
import { until } from "../support/until.ts"

/** With those of the registration more than the burst that the server allows; then it takes two a second. */
const LINES = ALL ? 30 : 6

let server: TestServer
beforeAll(async () => {
  server = await startServer({ config: NO_THROTTLING })
})
afterAll(() => server[Symbol.asyncDispose]())

async function listener(nick: string, channel: string, on = server): Promise<Irc> {
  const irc = await Irc.register(on, nick, "echo-message")
  irc.send(`JOIN ${channel}`)
  await irc.expect(/ 366 /)
  return irc
}

function textsIn(lines: readonly string[], channel: string): string[] {
  return lines.flatMap((line) => new RegExp(` PRIVMSG ${channel} :(.*)$`).exec(line)?.[1] ?? [])
}

/** `chat send` and `chat tail` find the server by its address. */
function at(name: string, on = server): string[] {
  return ["--host", `127.0.0.1:${on.port}`, ...trusting(on), "--nick", name]
}

describe("chat connect, with its input from a pipe", () => {
  test("says everything, waits for the echoes, quits and exits 0", async () => {
    const irc = await listener("l1", "#p1")
    const input =
      Array.from({ length: 5 }, (_, i) => `line ${i}\n`).join("") + "the end, without its line feed"
    const { exitCode, stdout, stderr } = await connectPiped(server, "pipe1", input, "--join", "#p1")
    const texts = [...Array.from({ length: 5 }, (_, i) => `line ${i}`), "the end, without its line feed"]
    expect(exitCode).toBe(0)
    await irc.expect(/:pipe1!\S+ QUIT /)
    expect(textsIn(irc.lines, "#p1")).toEqual(texts)
    // What it printed as said was confirmed; what is not a message went to the other stream.
    expect(stdout).toMatch(/^(\d\d:\d\d pipe1 [^\n]+\n){6}$/)
    expect(stdout.split("\n").map((line) => line.slice("hh:mm pipe1 ".length))).toEqual([...texts, ""])
    expect(stderr).toContain("you joined #p1")
    await irc.quit()
  })

  test("reads commands; // says a text that begins with /", async () => {
    const irc = await listener("l2", "#p2")
    const input = "/me waves\n//kick is a word\n/nosuch\n/msg l2 psst\n/topic #p2 tea\n"
    const { exitCode, stderr } = await connectPiped(server, "pipe2", input, "--join", "p2")
    expect(exitCode).toBe(0)
    await irc.expect(/ QUIT /)
    expect(textsIn(irc.lines, "#p2")).toEqual(["\x01ACTION waves\x01", "/kick is a word"])
    expect(textsIn(irc.lines, "l2")).toEqual(["psst"])
    expect(stderr).toMatch(/there is no command \/nosuch/)
    await irc.quit()
  })

  test("a nick in use that was asked for is exit 6", async () => {
    const irc = await listener("taken", "#p3")
    const { exitCode, stdout, stderr } = await connectPiped(server, "taken", "hello\n")
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: "" })
    expect(stderr).toMatch(/^chat: error: "taken" cannot be your nick here: .*\nchat: hint: .*--nick.*\n$/)
    await irc.quit()
  })

  test("nobody at the address is exit 3, at once and without retrying", async () => {
    const { exitCode, stderr } = await chat(["connect", "127.0.0.1:1", ...trusting(server)], {
      home: server.home("lost"),
    })
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/^chat: error: cannot reach 127\.0\.0\.1:1 \(refused.*\)\n/)
  })
})

// The classes of what a terminal could be made to do: write the clipboard, hide a link, turn text round, move the cursor.
const HOSTILE =
  "\x1b]52;c;ZXZpbA==\x07 \x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\ \u202egnp.exe \x1b[2J\x9b31m\x08\x0f bell\x07"
const ESCAPE_OR_BIDI = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

describe("no escape byte", () => {
  test("in a pipe, whatever a peer says, is called or sets as a topic", async () => {
    const irc = await listener("hostile", "#h1")
    irc.send(`TOPIC #h1 :${HOSTILE}`)
    await irc.expect(/ TOPIC /)
    const ended = connectPiped(server, "victim", "ready\n", "--join", "#h1")
    await irc.expect(/ PRIVMSG #h1 :ready/)
    irc.send(`PRIVMSG #h1 :${HOSTILE}`, `NOTICE #h1 :${HOSTILE}`, `PART #h1 :${HOSTILE}`)
    const { stdout, stderr } = await ended
    expect(stdout + stderr).not.toMatch(ESCAPE_OR_BIDI)
    expect(stderr).toContain("topic of #h1:")
    await irc.quit()
  })

  const PLAIN = [
    ["--line", ["--line"], {}],
    ["--no-color", ["--no-color"], {}],
    ["NO_COLOR", [], { NO_COLOR: "1" }],
    ["TERM=dumb", [], { TERM: "dumb" }],
  ] as const
  for (const [name, flags, env] of PLAIN) {
    testWith("tmux")(`on a terminal with ${name}`, async () => {
      using tmux = new Tmux()
      const channel = `#plain${PLAIN.findIndex(([other]) => other === name)}`
      const irc = await listener(`h${channel.slice(1)}`, channel)
      const record = join(server.folder, `${channel.slice(1)}.bytes`)
      const nick = `v${channel.slice(1)}`
      const window = openIn(tmux, server, nick, { env, record }, "--join", channel, ...flags)
      await window.shows(new RegExp(`you joined ${channel}`))
      irc.send(`PRIVMSG ${channel} :${nick}: ${HOSTILE}`)
      window.say("an answer")
      await irc.expect(/an answer/)
      await window.shows(new RegExp(`${nick} an answer`))
      irc.send(`PRIVMSG ${channel} :the end`)
      await window.shows(/the end/)
      window.say("/quit")
      expect(await window.exitCode()).toBe(0)
      // A bell for a mention is no escape sequence and moves nothing; the terminal itself echoes CR.
      const written = await until(() => readFileSync(record, "utf8"), "the terminal's bytes to be recorded")
      expect(written.replaceAll("\x07", "").replaceAll("\r", "")).not.toMatch(ESCAPE_OR_BIDI)
      await irc.quit()
    })
  }
})

testWith("tmux")("a second Ctrl+C waits for nobody, and leaves the terminal as it was", async () => {
  await using stuck = await startServer({ config: NO_THROTTLING })
  using tmux = new Tmux()
  const record = join(server.folder, "twice.bytes")
  const window = openIn(tmux, stuck, "twice", { record }, "--join", "#den")
  await window.shows(/you joined #den/)
  process.kill(stuck.pid, "SIGSTOP")
  window.press("C-c")
  window.press("C-c")
  expect(await window.exitCode(1500)).toBe(130)
  process.kill(stuck.pid, "SIGCONT")
  const bracketed = () =>
    readFileSync(record, "utf8")
      .match(/\x1b\[\?2004[hl]/g)
      ?.at(-1)
  await until(() => bracketed() === "\x1b[?2004l", "pastes to be as before")
})

describe("chat send", () => {
  test(`${LINES} lines of standard input arrive in order, none lost, against the server's own flood limit`, async () => {
    await using strict = await startServer()
    const irc = await listener("l5", "#s1", strict)
    const lines = Array.from({ length: LINES }, (_, i) =>
      i === 7 ? "/quit is text here" : `build line ${i}`,
    )
    const { exitCode } = await chat(["send", "s1", ...at("builder", strict)], {
      home: server.home("builder"),
      stdin: `${lines.join("\n")}\n`,
    })
    expect(exitCode).toBe(0)
    await irc.expect(/:builder!\S+ QUIT /)
    expect(textsIn(irc.lines, "#s1")).toEqual(lines)
  })

  test("one message, to a channel or a person", async () => {
    const irc = await listener("l6", "#s2")
    const home = server.home("once")
    expect((await chat(["send", "#s2", "deploy done", ...at("once")], { home })).exitCode).toBe(0)
    expect((await chat(["send", "l6", "just you", ...at("once")], { home })).exitCode).toBe(0)
    await irc.settled()
    expect([...textsIn(irc.lines, "#s2"), ...textsIn(irc.lines, "l6")]).toEqual(["deploy done", "just you"])
    await irc.quit()
  })

  test("long text is split at words, and all of it arrives", async () => {
    const irc = await listener("l7", "#s3")
    const text = Array.from({ length: 150 }, (_, i) => `wörd${i}`).join(" ")
    const { exitCode } = await chat(["send", "s3", text, ...at("long")], { home: server.home("long") })
    expect(exitCode).toBe(0)
    await irc.settled()
    const parts = textsIn(irc.lines, "#s3")
    expect(parts.length).toBeGreaterThan(1)
    // It is one message: who knows of no such thing gets its pieces, which are the text when they stand behind each other.
    expect(parts.join("")).toBe(text)
    await irc.quit()
  })

  test("without a sign and with nobody of that name it makes no channel: exit 8, and a word", async () => {
    const home = server.home("mistyped")
    const ended = await chat(["send", "bobb", "hello", ...at("mistyped")], { home })
    expect(ended).toEqual({
      exitCode: 8,
      stdout: "",
      stderr:
        "chat: error: nobody is called bobb here, and there is no channel #bobb\n" +
        "chat: hint: did you mean a new channel? chat send '#bobb' makes it\n",
    })
    const irc = await listener("l7", "#bobb")
    expect(irc.lines.filter((line) => / 353 /.test(line))).toEqual([expect.stringMatching(/ #bobb :@l7$/)])
    // That is there now.
    expect((await chat(["send", "bobb", "hello", ...at("mistyped")], { home })).exitCode).toBe(0)
    await irc.expect(/ PRIVMSG #bobb :hello$/)
    await irc.quit()
  })

  test("a member who is not there reads it later", async () => {
    const alice = await server.authority.issueClient("alice")
    const bob = await server.authority.issueClient("bob")
    const as = (name: string, { certPath }: { certPath: string }) => [...at(name), "--cert", certPath]
    const [home, away] = [server.home("alice"), server.home("bob")]
    expect((await chat(["send", "#s6", "here", ...as("bob", bob)], { home: away })).exitCode).toBe(0)
    expect((await chat(["send", "bob", "for later", ...as("alice", alice)], { home })).exitCode).toBe(0)
    const read = await chat(["history", "alice", ...as("bob", bob)], { home: away })
    expect(read.stdout).toMatch(/ alice for later\n$/)
  })

  test("to where it may not speak is exit 8", async () => {
    const irc = await listener("l8", "#s4")
    irc.send("MODE #s4 +i")
    await irc.settled()
    const home = server.home("barred")
    const ended = await chat(["send", "#s4", "hello", ...at("barred")], { home })
    expect(ended).toMatchObject({ exitCode: 8, stdout: "" })
    expect(ended.stderr).toMatch(/^chat: error: not delivered to #s4: .+\n/)
    await irc.quit()
  })
})

describe("chat tail", () => {
  test("--json writes one valid object a line, each with v and type", async () => {
    const tail = leash(
      Bun.spawn([CHAT, "tail", "t1", "--json", ...at("tailer")], {
        env: environment(server.home("tailer")),
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      }),
    )
    const irc = await listener("l9", "#t1")
    await until(async () => {
      irc.send("NAMES #t1")
      return (await irc.settled()).some((line) => / 353 .*tailer/.test(line))
    }, "chat tail to be there")
    irc.send(
      `PRIVMSG #t1 :${HOSTILE.replaceAll("\x07", "")}`,
      "NOTICE #t1 :hm",
      "PRIVMSG #t1 :\x01ACTION waves\x01",
    )
    await irc.settled()
    await irc.quit()
    expect((await server.admin("kick", "tailer")).exitCode).toBe(0)
    expect(await tail.exited).toBe(7)
    const out = await new Response(tail.stdout).text()
    const objects = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    for (const { v, type } of objects) expect([v, typeof type]).toEqual([1, "string"])
    const spoken = objects.filter(({ from, text }) => from === "l9" && text !== undefined)
    expect(spoken).toEqual([
      expect.objectContaining({ type: "message", target: "#t1", text: expect.stringContaining("\u202e") }),
      expect.objectContaining({ type: "notice", target: "#t1", text: "hm" }),
      expect.objectContaining({ type: "action", target: "#t1", text: "waves" }),
    ])
    expect(objects.at(-1)).toMatchObject({ type: "error", code: 7 })
  })

  test("of a channel that it may not join is exit 8", async () => {
    const irc = await listener("l10", "#t2")
    irc.send("MODE #t2 +k sesame")
    await irc.settled()
    const ended = await chat(["tail", "t2", ...at("barred2")], { home: server.home("barred2") })
    expect(ended).toMatchObject({ exitCode: 8, stdout: "" })
    expect(ended.stderr).toMatch(/^(.*\n)*chat: error: cannot join #t2: .+\n/)
    await irc.quit()
  })
})
