// A bot on irc-framework, both ways: what it does is seen by others, and what others do it hears as events.

import { expect, test } from "bun:test"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { environment } from "../support/program.ts"
import { leash, NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

type Facts = Readonly<Record<string, unknown>>
type Heard = readonly [event: string, facts: Facts]

class Bot {
  readonly #heard: Heard[] = []
  readonly #child
  #errors = ""

  constructor(server: TestServer, nick: string, ...certificate: string[]) {
    const program = [process.execPath, join(import.meta.dir, "..", "support", "bot.ts")]
    this.#child = leash(
      Bun.spawn([...program, `${server.port}`, nick, ...certificate], {
        env: environment(server.home(nick), { NODE_EXTRA_CA_CERTS: server.authority.caPath }),
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      }),
    )
    void this.#listen()
    void new Response(this.#child.stderr).text().then((text) => (this.#errors = text))
  }

  does(method: string, ...given: string[]) {
    this.#child.stdin.write(`${JSON.stringify([method, ...given])}\n`)
    this.#child.stdin.flush()
  }

  /** The first event of this kind with these facts; it and all before it are passed then. */
  async hears(event: string, facts: Facts = {}): Promise<Facts> {
    const fits = ([kind, its]: Heard) => kind === event && Bun.deepMatch(facts, its)
    const at = await until(
      () => this.#heard.findIndex(fits) + 1,
      () => `${event} ${JSON.stringify(facts)}; heard\n${JSON.stringify(this.#heard)}\n${this.#errors}`,
    )
    return this.#heard.splice(0, at).at(-1)![1]
  }

  get exited(): Promise<number> {
    return this.#child.exited
  }

  async #listen() {
    let rest = ""
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n")
      rest = lines.pop()!
      this.#heard.push(...lines.map((line) => JSON.parse(line) as Heard))
    }
  }
}

test.each([false, true])("irc-framework, with a certificate: %j", async (certified) => {
  await using server = await startServer({ config: NO_THROTTLING })
  const peer = await Irc.register(server, "peer", "away-notify", "echo-message")
  peer.send("JOIN #tea", "MONITOR + tin")
  await peer.expect(/ 731 peer :tin$/)
  const certificate = certified ? await server.authority.issueClient("tin") : undefined
  const bot = new Bot(server, "tin", ...(certificate ? [certificate.certPath, certificate.keyPath] : []))
  const sees = (line: string) => peer.expect(new RegExp(`^:tin!\\S+ ${line}$`))

  await bot.hears("registered", { nick: "tin" })
  await peer.expect(/ 730 peer :tin!/)
  bot.does("join", "#tea")
  await sees("JOIN #tea")
  await bot.hears("join", { nick: "tin", channel: "#tea" })
  bot.does("whois", "tin")
  expect((await bot.hears("whois", { nick: "tin" }))["account"]).toBe(certified ? "tin" : undefined)

  peer.send("PRIVMSG #tea :hello äöü ☕")
  await bot.hears("privmsg", { nick: "peer", target: "#tea", message: "hello äöü ☕" })
  bot.does("say", "#tea", "hello back, ☕ äöü")
  await sees("PRIVMSG #tea :hello back, ☕ äöü")

  peer.send("MODE #tea +o tin")
  await bot.hears("mode", { nick: "peer", target: "#tea", modes: [{ mode: "+o", param: "tin" }] })
  bot.does("mode", "#tea", "+m")
  await sees("MODE #tea \\+m")
  bot.does("setTopic", "#tea", "Tea at four")
  await sees("TOPIC #tea :Tea at four")
  peer.send("TOPIC #tea :Biscuits")
  await bot.hears("topic", { nick: "peer", channel: "#tea", topic: "Biscuits" })

  bot.does("raw", "AWAY", "lunch")
  await sees("AWAY :lunch")
  peer.send("AWAY :asleep")
  await bot.hears("away", { nick: "peer", message: "asleep" })
  peer.send("AWAY")
  await bot.hears("back", { nick: "peer" })

  bot.does("addMonitor", "friend")
  await bot.hears("users offline", { nicks: ["friend"] })
  const friend = await Irc.register(server, "friend")
  await bot.hears("users online", { nicks: ["friend"] })
  await friend.quit()
  await bot.hears("users offline", { nicks: ["friend"] })

  peer.send("KICK #tea tin :too loud")
  await bot.hears("kick", { nick: "peer", kicked: "tin", channel: "#tea", message: "too loud" })
  bot.does("join", "#tea")
  await sees("JOIN #tea")
  peer.send("MODE #tea +o tin")
  await bot.hears("mode", { nick: "peer", target: "#tea" })
  bot.does("raw", "KICK", "#tea", "peer", "your turn")
  await sees("KICK #tea peer :your turn")
  peer.send("JOIN #tea")
  await bot.hears("join", { nick: "peer", channel: "#tea" })

  bot.does("quit", "so long")
  await sees("QUIT :(Quit: )?so long")
  await peer.expect(/ 731 peer :tin$/)
  expect(await bot.exited).toBe(0)
  await peer.quit()
})
