// HexChat, as Debian ships it, on a screen that nobody sees: it logs in with its certificate as the manual says, and both sides of
// a talk reach the other. What it shows is read from the logs that it writes.

import { expect } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Irc } from "../support/irc.ts"
import { environment, testWith } from "../support/program.ts"
import { startServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const test = testWith("hexchat", "Xvfb", "xdotool")

/** A login method of servlist.conf: SASL EXTERNAL. */
const SASL_EXTERNAL = 10
/** Connect by itself, with TLS, and with the names of the network instead of the common ones. */
const CONNECT_WITH_TLS = 0b1101

/** Everything that HexChat has logged, of all its windows. */
function logged(folder: string): string {
  if (!existsSync(folder)) return ""
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".log"),
  )
  return files.map((file) => readFileSync(join(folder, file), "utf8")).join("")
}

test("HexChat logs in by SASL EXTERNAL and talks both ways", async () => {
  await using server = await startServer()
  const bob = await Irc.register(server, "bob")
  bob.send("JOIN #tea")
  await bob.expect(/^:bob!\S+ JOIN #tea$/)

  const home = server.home("hexchat")
  const { certPem, keyPem } = await server.authority.issueClient("alice")
  mkdirSync(join(home, "certs"))
  writeFileSync(join(home, "certs", "client.pem"), certPem + keyPem, { mode: 0o600 })
  const network = [
    "N=lab",
    "I=alice",
    "E=UTF-8",
    `L=${SASL_EXTERNAL}`,
    `F=${CONNECT_WITH_TLS}`,
    "D=0",
    `S=localhost/+${server.port}`,
    "C=msg bob hello äöü ☕",
    "J=#tea",
  ]
  writeFileSync(join(home, "servlist.conf"), `v=2.16.1\n\n${network.join("\n")}\n\n`)
  writeFileSync(
    join(home, "hexchat.conf"),
    "irc_logging = 1\ngui_slist_skip = 1\nirc_join_delay = 0\nirc_user_name = alice\n",
  )

  // Xvfb chooses a screen that is free, and says which.
  const screen = Bun.spawn(["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], {
    stdout: "pipe",
    stderr: "ignore",
  })
  const { value: number } = await screen.stdout.getReader().read()
  const env = {
    ...environment(home),
    DISPLAY: `:${new TextDecoder().decode(number).trim()}`,
    SSL_CERT_FILE: server.authority.caPath,
  }
  const hexchat = Bun.spawn(["hexchat", "-d", home], { env, stdout: "ignore", stderr: "ignore" })
  try {
    const shown = (pattern: RegExp) =>
      until(() => pattern.test(logged(join(home, "logs"))), `${pattern} in\n${logged(join(home, "logs"))}`)
    // To root it says first that this is unwise, and waits for Return.
    const greeted = () => bob.lines.some((line) => line.startsWith(":alice!"))
    const proceeded = async () =>
      greeted() || (await Bun.spawn(["xdotool", "key", "Return"], { env }).exited) < 0
    await until(proceeded, () => `HexChat to connect\n${server.said}`, 20_000)
    await bob.expect(/^:alice!\S+ JOIN #tea/)
    await bob.expect(/^:alice!\S+ PRIVMSG bob :hello äöü ☕$/)
    bob.send("WHOIS alice")
    await bob.expect(/ 330 bob alice alice /)
    bob.send("PRIVMSG #tea :good morning ☕")
    await shown(/SASL authentication successful/)
    await shown(/<.?bob>\s+good morning ☕/)
    expect(logged(join(home, "logs"))).not.toMatch(/verify failed|Connection failed/i)
  } finally {
    hexchat.kill()
    await hexchat.exited
    screen.kill()
    await screen.exited
  }
})
