// irssi, WeeChat and catgirl on the same server as `chat connect`, both ways: what they do is seen by others, and what others do is
// shown by them, each in its own words.

import { afterAll, beforeAll, describe, expect } from "bun:test"
import { connectIn } from "../support/connect.ts"
import { FOREIGN_CLIENTS, type ForeignClient } from "../support/foreign-clients.ts"
import { Irc } from "../support/irc.ts"
import { testWith } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { Tmux } from "../support/tmux.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

async function talks({ program, open }: ForeignClient, certified: boolean) {
  const nick = `${program}${certified ? "_m" : ""}`
  const channel = `#${nick}`
  using tmux = new Tmux()
  const ours = await connectIn(tmux, server, `ours_${nick}`, "--join", channel)
  const certificate = certified ? await server.authority.issueClient(nick) : undefined
  const theirs = open(tmux, server, nick, channel, certificate)
  await ours.shows(new RegExp(`\\d\\d:\\d\\d ${nick} joined ${channel}`))
  ours.say(`hello ${nick}`)
  await theirs.shows(new RegExp(`ours_${nick}.* hello ${nick}`))
  theirs.say("hello chat, äöü ☕")
  await ours.shows(new RegExp(`\\d\\d:\\d\\d ${nick} hello chat, äöü ☕`))
  ours.say(`/whois ${nick}`)
  await ours.shows(certified ? new RegExp(`account.* ${nick}|logged in as`, "i") : /secure connection/i)
  theirs.say("/quit so long")
  await ours.shows(new RegExp(`${nick} quit.*so long`))
}

/** Everything of a day on IRC, on a server of its own, beside a peer whose lines are read as they come. */
async function spendsADay({ open, types, windows, shows }: ForeignClient) {
  const [nick, peer, friend, channel] = ["guest", "peer", "friend", "#tea"]
  await using own = await startServer({ config: NO_THROTTLING })
  using tmux = new Tmux()
  const other = await Irc.register(own, peer, "away-notify", "echo-message")
  other.send(`JOIN ${channel}`, `MONITOR + ${nick}`)
  await other.expect(new RegExp(` 731 ${peer} :${nick}$`))
  const window = open(tmux, own, nick, channel, await own.authority.issueClient(nick))
  const sees = (line: string) => other.expect(new RegExp(`^:${nick}!\\S+ ${line}$`))
  const does = (line: string) => {
    other.send(line)
    return other.expect(new RegExp(`^:${peer}!\\S+ ${line.split(" ", 1)[0]} `))
  }
  const shown = (pattern: string) => window.shows(new RegExp(pattern, "m"))

  // Registration and join: with the account of its certificate.
  await other.expect(new RegExp(` 730 ${peer} :${nick}!`))
  await sees(`JOIN ${channel}`)
  other.send(`WHOIS ${nick}`)
  await other.expect(new RegExp(` 330 ${peer} ${nick} ${nick} `))

  await does(`PRIVMSG ${channel} :hello äöü ☕`)
  await shown(shows.said(peer, "hello äöü ☕"))
  window.say("hello back, ☕ äöü")
  await sees(`PRIVMSG ${channel} :hello back, ☕ äöü`)

  await does(`MODE ${channel} +o ${nick}`)
  await shown(shows.mode(peer, "+o", nick))
  window.say(types.mode("+m"))
  await sees(`MODE ${channel} \\+m`)

  window.say("/topic Tea at four")
  await sees(`TOPIC ${channel} :Tea at four`)
  await does(`TOPIC ${channel} :Biscuits`)
  await shown(shows.topic(peer, "Biscuits"))

  if (windows) window.say(windows.server)
  window.say("/away lunch")
  await sees("AWAY :lunch")
  window.say("/away")
  await sees("AWAY")
  other.send("AWAY :asleep")
  await other.expect(/ 306 /)
  window.say(`/whois ${peer}`)
  await shown(shows.away(peer, "asleep"))

  window.say(types.monitor(friend))
  await shown(shows.absent(friend))
  const third = await Irc.register(own, friend)
  await shown(shows.online(friend))
  await third.quit()
  await shown(shows.offline(friend))
  if (windows) window.say(windows.channel(channel))

  await does(`KICK ${channel} ${nick} :too loud`)
  await shown(shows.kicked(nick, peer, "too loud"))
  window.say(`/join ${channel}`)
  await sees(`JOIN ${channel}`)
  await does(`MODE ${channel} +o ${nick}`)
  window.say(`/kick ${peer} your turn`)
  await sees(`KICK ${channel} ${peer} :your turn`)
  await does(`JOIN ${channel}`)
  await shown(shows.joined(peer))

  window.say("/quit so long")
  await sees("QUIT :(Quit: )?so long")
  await other.expect(new RegExp(` 731 ${peer} :${nick}$`))
  expect(await window.exitCode()).toBe(0)
  await other.quit()
}

/** What was said to it alone while it was away is shown when it comes, without being asked for. */
async function isShownItsMail({ program, open, windows }: ForeignClient) {
  const nick = `${program}_away`
  const certificate = await server.authority.issueClient(nick)
  // The account is there from its first connection on.
  await (await Irc.member(server, nick, certificate)).quit()
  const from = `to_${program}`
  const writer = await Irc.member(server, from, await server.authority.issueClient(from))
  writer.send(`PRIVMSG ${nick} :read this later, ☕`)
  await writer.expect(/ 301 \S+ \S+ :Not connected; will read it later$/)
  using tmux = new Tmux()
  const window = open(tmux, server, nick, "#mail", certificate)
  if (windows) {
    await window.shows(new RegExp(from))
    window.say(windows.channel(from))
  }
  await window.shows(new RegExp(`${from}.* read this later, ☕`))
  window.say("/quit")
  expect(await window.exitCode()).toBe(0)
  await writer.quit()
}

// They wait a lot and work little.
describe.concurrent("verified TLS, both ways", () => {
  for (const client of FOREIGN_CLIENTS) {
    const test = testWith("tmux", client.program)
    test(`${client.program} and chat connect, as a guest and with a certificate`, () =>
      Promise.all([talks(client, false), talks(client, true)]))
    test(`${client.program} joins, talks, sets modes and topics, is away, monitors, kicks and is kicked`, () =>
      spendsADay(client))
    test(`${client.program} is shown what was said to it while it was away`, () => isShownItsMail(client))
  }
})
