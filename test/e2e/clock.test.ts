// The clock is set forward and back by an hour while people talk: what is shown is in the order of the log, and no time in it
// is before that of the line above.

import { afterEach, expect } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { testWith } from "../support/program.ts"
import { startServer } from "../support/server.ts"
import { temporaryDirectory, removeTemporaryDirectories } from "../storage/temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const CAPABILITIES = ["batch", "draft/chathistory", "echo-message", "message-tags", "server-time"]
const HOUR_MS = 3_600_000

interface Said {
  readonly text: string
  readonly at: number
  readonly msgid: string
}

function saidIn(lines: readonly string[]): Said[] {
  return lines.flatMap((line) => {
    const [, tags = "", text] = /^@(\S+) \S+ PRIVMSG #den :(.*)$/.exec(line) ?? []
    const [, time = ""] = /(?:^|;)time=([^;]+)/.exec(tags) ?? []
    const [, msgid = ""] = /(?:^|;)msgid=([^;]+)/.exec(tags) ?? []
    return text === undefined ? [] : [{ text, at: Date.parse(time), msgid }]
  })
}

testWith("faketime")(
  "an hour forward and two back, in one run and over a restart",
  async () => {
    const folder = temporaryDirectory()
    const clock = join(folder, "clock")
    const setClock = (offset: string) => writeFileSync(clock, `${offset}\n`)
    setClock("+0")
    // Only what the wall says; what waits and times out goes by the other clock.
    const before = [
      "env",
      `FAKETIME_TIMESTAMP_FILE=${clock}`,
      "FAKETIME_NO_CACHE=1",
      "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ]
    const preload = `LD_PRELOAD=${libraryPath()}`
    await using server = await startServer({ before: [...before, preload] })
    let alice = await Irc.register(server, "alice", ...CAPABILITIES)
    const texts: string[] = []
    const say = async (text: string) => {
      texts.push(text)
      alice.send(`PRIVMSG #den :${text}`)
      await alice.expect(new RegExp(` PRIVMSG #den :${text}$`))
    }
    alice.send("JOIN #den")
    await say("now")
    setClock("+1h")
    await say("an hour later")
    setClock("-1h")
    await say("two hours before that")
    const live = saidIn(alice.lines)
    expect(live[1]!.at - live[0]!.at).toBeGreaterThan(HOUR_MS - 60_000)
    await server.kill()
    await server.start()
    alice = await Irc.register(server, "alice", ...CAPABILITIES)
    alice.send("JOIN #den")
    await say("after a restart")
    setClock("+0")
    await say("at last")

    const reader = await Irc.register(server, "reader", ...CAPABILITIES)
    reader.send("JOIN #den", "CHATHISTORY LATEST #den * 100")
    await reader.expect(/ BATCH -/)
    const history = saidIn(reader.lines)
    expect(history.map(({ text }) => text)).toEqual(texts)
    expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted((a, b) => a - b))
    expect(history.map(({ msgid }) => msgid)).toEqual(history.map(({ msgid }) => msgid).toSorted())
    expect(history.slice(0, 3)).toEqual(live)
    removeTemporaryDirectories()
  },
  60_000,
)

function libraryPath(): string {
  const { stdout } = Bun.spawnSync(["sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -1"])
  return stdout.toString().trim()
}
