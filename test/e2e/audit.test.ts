// What the staff did: each act that there is, done once by an operator or by whoever runs the server, and read back.

import { expect, test } from "bun:test"
import { Irc } from "../support/irc.ts"
import { chat, type Ended } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"

const CONFIG = '[[oper]]\nname = "root"\npassword = "plain:correct-horse"\ncertificate = false\n'

interface Shown {
  readonly v: number
  readonly type: string
  readonly id: string
  readonly time: string
  readonly actor: string
  readonly act: string
  readonly target?: string
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

function command(server: TestServer, ...args: string[]): Promise<Ended> {
  return chat([...args, "--data", server.data], { home: server.home("server") })
}

async function audit(server: TestServer, ...args: string[]): Promise<Shown[]> {
  const { stdout } = await command(server, "admin", "audit", "--json", ...args)
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Shown)
}

async function byOperator(server: TestServer) {
  const eve = await Irc.register(server, "eve", "message-tags", "echo-message")
  eve.send("REGISTER * * a-long-secret", "JOIN #den", "CS REGISTER #den", "PRIVMSG #den :nonsense")
  const said = await eve.expect(/ PRIVMSG #den :nonsense$/)
  const alice = await Irc.register(server, "alice", "message-tags", "draft/message-redaction")
  alice.send("REGISTER * * another-secret")
  await alice.expect(/ REGISTER SUCCESS alice /)
  alice.send("OPER root wrong-horse")
  await alice.expect(/ 464 /)
  alice.send("OPER correct-horse root")
  await alice.expect(/ 464 /)
  alice.send("OPER root correct-horse")
  await alice.expect(/ 381 /)
  alice.send("JOIN #audit", "WALLOPS :supper at six", "UBAN ADD 10m bad!*@* :loud", "UBAN DEL bad!*@*")
  alice.send(`REDACT #den ${/msgid=([^; ]+)/.exec(said)?.[1]} :rude`, "NS SAREGISTER dora a-third-secret")
  await alice.settled()
  alice.send("CS AMODE #den +v dora", "CS DROP #den", "REHASH")
  await alice.expect(/ 382 /)
  alice.send("KILL eve :enough")
  await eve.closed
  await alice.expect(/ NOTICE #audit :alice disconnected eve /)
  return alice
}

test("each act is recorded once, by whom and why, and no secret with it", async () => {
  await using server = await startServer({ config: CONFIG })
  const alice = await byOperator(server)
  const gus = await Irc.register(server, "gus")
  gus.send("JOIN #den")
  await gus.settled()
  const password = { home: server.home("server"), stdin: "a-fourth-secret\n" }
  const acts = [
    ["admin", "mute", "#den", "gus"],
    ["admin", "unmute", "#den", "gus"],
    ["admin", "kick", "#den", "gus", "loud"],
    ["admin", "kick", "gus"],
    ["admin", "ban", "198.51.100.0/24", "--for", "1h", "--reason", "noise"],
    ["admin", "unban", "198.51.100.0/24"],
    ["admin", "lockdown", "on"],
    ["admin", "lockdown", "off"],
    ["admin", "role", "dora", "moderator"],
    ["admin", "erase", "eve", "--yes"],
    ["certs", "revoke", "dora", "--reason", "lost"],
    ["admin", "reload"],
  ]
  for (const act of acts) expect(await command(server, ...act)).toMatchObject({ exitCode: 0, stderr: "" })
  for (const act of ["register", "password"])
    expect((await chat(["admin", act, "ivy", "--data", server.data], password)).exitCode).toBe(0)
  const invited = await command(server, "invite", "jo", "--role", "admin", "--json")
  const { link } = JSON.parse(invited.stdout) as { link: string }
  const [, id = "", secret = ""] = /#v1\.[^.]+\.([^.]+)\.(.+)$/.exec(link) ?? []
  expect((await command(server, "invite", "withdraw", id)).exitCode).toBe(0)

  const shown = await audit(server, "--limit", "100")
  expect(shown.map(({ actor, act, target, reason }) => [actor, act, target, reason])).toEqual([
    ["alice", "oper-failed", "root", "wrong password"],
    // Name and password in each other's places: neither is said.
    ["alice", "oper-failed", undefined, "wrong password"],
    ["alice", "oper", "root", undefined],
    ["alice", "wallops", undefined, "supper at six"],
    ["alice", "ban", "bad!*@*", "loud"],
    ["alice", "unban", "bad!*@*", undefined],
    ["alice", "redact", "eve", "rude"],
    ["alice", "register", "dora", undefined],
    ["alice", "amode", "#den", undefined],
    ["alice", "drop", "#den", undefined],
    ["alice", "rehash", undefined, undefined],
    ["alice", "kill", "eve", "enough"],
    ["console", "mute", "gus", undefined],
    ["console", "unmute", "gus", undefined],
    ["console", "kick", "gus", "loud"],
    ["console", "kill", "gus", undefined],
    ["console", "ban", "198.51.100.0/24", "noise"],
    ["console", "unban", "198.51.100.0/24", undefined],
    ["console", "lockdown", "on", undefined],
    ["console", "lockdown", "off", undefined],
    ["console", "role", "dora", undefined],
    ["console", "erase", "eve", undefined],
    ["console", "revoke", "dora", "lost"],
    ["console", "rehash", undefined, undefined],
    ["console", "register", "ivy", undefined],
    ["console", "password", "ivy", undefined],
    ["console", "invite", "jo", undefined],
    ["console", "withdraw", "jo", undefined],
  ])
  // Who may read it has heard every one of them.
  const heard = (await alice.settled(), alice.lines.filter((line) => / NOTICE #audit :/.test(line)))
  expect(heard).toHaveLength(shown.length - 3)
  await alice.quit()

  expect((await command(server, "admin", "stop")).exitCode).toBe(0)
  await server.ended()
  // The server is stopped, and the log says the same.
  const all = await audit(server, "--limit", "100")
  expect(all.slice(0, -1)).toEqual(shown)
  expect(all.at(-1)).toMatchObject({ actor: "console", act: "stop" })
  for (const { v, type, id: msgid, time } of all)
    expect([v, type, msgid.length, time.length]).toEqual([1, "act", 14, 24])
  // What the log for people says, it has from the record.
  expect(server.said).toMatch(/ alice disconnected {2}whom eve {2}account eve {2}reason enough$/m)
  const whole = JSON.stringify(all) + heard.join("\n") + server.said
  for (const canary of [secret, "horse", "-secret"]) expect(whole).not.toContain(canary)

  expect(await audit(server, "--by", "ALICE", "--act", "ban")).toEqual([all[4]!])
  expect(await audit(server, "--limit", "2")).toEqual(all.slice(-2))
  expect(await audit(server, "--since", all.at(-2)!.time)).toEqual(all.slice(-2))
  const exported = await command(server, "export", "#audit")
  expect(
    exported.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Shown),
  ).toEqual(all)
  const { stdout, stderr } = await command(server, "admin", "audit", "--limit", "25")
  expect(stdout).toMatch(/^ +when +who +act +whom +reason +more$/m)
  expect(stdout).toMatch(/^ +\w{3} \d+ \w{3} \d{4} \d\d:\d\d +alice +kill +eve +enough +account eve$/m)
  expect(stderr).toBe("chat: the newest 25 of 29; --limit N shows more\n")
})
