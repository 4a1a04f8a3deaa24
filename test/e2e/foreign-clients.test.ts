// irssi and WeeChat, as Debian ships them, on the same server as `chat connect`: verified TLS, with a certificate and without.

import { afterAll, beforeAll, describe } from "bun:test"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { CertificateFiles } from "../support/certificates.ts"
import { connectIn } from "../support/connect.ts"
import { testWith } from "../support/program.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { Tmux, type Window } from "../support/tmux.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

type Open = (tmux: Tmux, nick: string, channel: string, certificate?: CertificateFiles) => Window

const irssi: Open = (tmux, nick, channel, certificate) => {
  const home = server.home(nick)
  const identity = certificate
    ? `tls_cert = "${certificate.certPath}"; tls_pkey = "${certificate.keyPath}";`
    : ""
  writeFileSync(
    join(home, "config"),
    `servers = ({ address = "localhost"; port = "${server.port}"; chatnet = "lab"; autoconnect = "yes";
       use_tls = "yes"; tls_verify = "yes"; tls_cafile = "${server.authority.caPath}"; ${identity} });
     chatnets = { lab = { type = "IRC"; nick = "${nick}"; }; };
     channels = ({ name = "${channel}"; chatnet = "lab"; autojoin = "yes"; });
     settings = { core = { real_name = "${nick}"; user_name = "${nick}"; nick = "${nick}"; };
                  "irc/core" = { cmd_queue_speed = "10msec"; }; };`,
  )
  return tmux.open(["irssi", "--home", home], { home })
}

const weechat: Open = (tmux, nick, channel, certificate) => {
  const home = server.home(nick)
  const { stdout } = Bun.spawnSync(["weechat", "--version"], { stdout: "pipe" })
  // Its options were renamed in version 4.
  const tls = Number.parseInt(stdout.toString()) >= 4 ? "tls" : "ssl"
  const both = join(home, "identity.pem")
  if (certificate) writeFileSync(both, certificate.certPem + certificate.keyPem, { mode: 0o600 })
  const commands = [
    `/set weechat.network.gnutls_ca_user "${server.authority.caPath}"`,
    `/server add lab localhost/${server.port} -${tls} -nicks=${nick} -autojoin=${channel}`,
    ...(certificate ? [`/set irc.server.lab.${tls}_cert "${both}"`] : []),
    "/connect lab",
  ]
  mkdirSync(join(home, "weechat"))
  const run = commands.flatMap((command) => ["-r", command])
  return tmux.open(["weechat", "--dir", join(home, "weechat"), ...run], { home })
}

/** Both ways: what the guest says reaches `chat connect`, and back, each in the other's words. */
async function talks(open: Open, program: string, certified: boolean) {
  const nick = `${program}${certified ? "_m" : ""}`
  const channel = `#${nick}`
  using tmux = new Tmux()
  const ours = await connectIn(tmux, server, `ours_${nick}`, "--join", channel)
  const theirs = open(tmux, nick, channel, certified ? await server.authority.issueClient(nick) : undefined)
  await ours.shows(new RegExp(`\\d\\d:\\d\\d ${nick} joined ${channel}`))
  // irssi opens a window and stays in its first one.
  if (program === "irssi") theirs.say("/window goto 2")
  ours.say(`hello ${nick}`)
  await theirs.shows(new RegExp(`ours_${nick}.* hello ${nick}`))
  theirs.say("hello chat, äöü ☕")
  await ours.shows(new RegExp(`\\d\\d:\\d\\d ${nick} hello chat, äöü ☕`))
  ours.say(`/whois ${nick}`)
  await ours.shows(certified ? new RegExp(`account.* ${nick}|logged in as`, "i") : /secure connection/i)
  theirs.say("/quit so long")
  await ours.shows(new RegExp(`${nick} quit.*so long`))
}

const asBoth = (open: Open, program: string) => () =>
  Promise.all([talks(open, program, false), talks(open, program, true)])

// Both wait a lot and work little.
describe.concurrent("verified TLS, both ways", () => {
  testWith("tmux", "irssi")("irssi, as a guest and with a certificate", asBoth(irssi, "irssi"))
  testWith("tmux", "weechat")("WeeChat, as a guest and with a certificate", asBoth(weechat, "weechat"))
})
