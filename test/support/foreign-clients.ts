// irssi, WeeChat and catgirl, as Debian ships them, in a terminal: how each connects over verified TLS, what is typed into it, and
// in which words it shows what others do.

import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { CertificateFiles } from "./certificates.ts"
import type { TestServer } from "./server.ts"
import type { Tmux, Window } from "./tmux.ts"

export interface ForeignClient {
  /** The executable's name. */
  readonly program: string
  /** Starts it, and has it join the channel. */
  readonly open: (
    tmux: Tmux,
    server: TestServer,
    nick: string,
    channel: string,
    certificate?: CertificateFiles,
  ) => Window
  /** What is typed to set a mode of the channel, and to hear of somebody who comes and goes. */
  readonly types: { readonly mode: (mode: string) => string; readonly monitor: (nick: string) => string }
  /** What is typed to see where the server's own answers go and to see the channel again, if those are two windows. */
  readonly windows?: { readonly server: string; readonly channel: (channel: string) => string }
  /** What it shows of others; names and words have nothing in them that means something in a pattern. */
  readonly shows: {
    readonly said: (nick: string, text: string) => string
    readonly mode: (nick: string, mode: string, target: string) => string
    readonly topic: (nick: string, topic: string) => string
    readonly kicked: (nick: string, by: string, why: string) => string
    readonly joined: (nick: string) => string
    readonly away: (nick: string, text: string) => string
    readonly absent: (nick: string) => string
    readonly online: (nick: string) => string
    readonly offline: (nick: string) => string
  }
}

/** All in one window: the status window and the channels' would otherwise hide each other. */
const irssi: ForeignClient = {
  program: "irssi",
  open(tmux, server, nick, channel, certificate) {
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
                    "fe-common/core" = { use_status_window = "no"; autocreate_windows = "no"; };
                    "irc/core" = { cmd_queue_speed = "10msec"; cmds_max_at_once = "100"; }; };`,
    )
    return tmux.open(["irssi", "--home", home], { home })
  },
  types: { mode: (mode) => `/mode * ${mode}`, monitor: (nick) => `/quote MONITOR + ${nick}` },
  shows: {
    said: (nick, text) => `<.?${nick}> ${text}`,
    mode: (nick, mode, target) => `mode/#\\S+ \\[\\${mode} ${target}\\] by ${nick}`,
    topic: (nick, topic) => `${nick} changed the topic of #\\S+ to: ${topic}`,
    kicked: (nick, by, why) => `${nick} was kicked from #\\S+ by ${by} \\[${why}\\]`,
    joined: (nick) => `${nick} \\[\\S+\\] has joined #`,
    away: (nick, text) => `-!- ${nick} \\[[^]*away +: ${text}`,
    // It knows no MONITOR, and shows what came without its number.
    absent: (nick) => `-!- ${nick} *$`,
    online: (nick) => `-!- ${nick}!${nick}@`,
    offline: (nick) => `-!- ${nick}!${nick}@[^]*-!- ${nick} *$`,
  },
}

const weechat: ForeignClient = {
  program: "weechat",
  open(tmux, server, nick, channel, certificate) {
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
      // The whole width for what is said, so that no line of it is wrapped.
      "/bar hide buflist",
      "/bar hide nicklist",
      "/set weechat.look.prefix_align none",
      // Two lines that come at once would be held for a paste until somebody says so.
      "/set weechat.look.paste_max_lines -1",
      "/set irc.server_default.anti_flood_prio_high 0",
      "/set irc.server_default.anti_flood_prio_low 0",
      "/connect lab",
    ]
    mkdirSync(join(home, "weechat"))
    const run = commands.flatMap((command) => ["-r", command])
    return tmux.open(["weechat", "--dir", join(home, "weechat"), ...run], { home })
  },
  types: { mode: (mode) => `/mode ${mode}`, monitor: (nick) => `/notify add ${nick}` },
  windows: { server: "/buffer irc.server.lab", channel: (channel) => `/buffer irc.lab.${channel}` },
  shows: {
    said: (nick, text) => `@?${nick} ${text}`,
    mode: (nick, mode, target) => `Mode #\\S+ \\[\\${mode} ${target}\\] by ${nick}`,
    topic: (nick, topic) => `${nick} has changed topic for #.* to "${topic}"`,
    kicked: (nick, by, why) => `${by} has kicked ${nick} \\(${why}\\)`,
    joined: (nick) => `${nick} \\(.*\\) has joined #`,
    away: (nick, text) => `\\[${nick}\\] is away: ${text}`,
    absent: (nick) => `notify: ${nick} is offline`,
    online: (nick) => `notify: ${nick} \\(\\S+\\) has connected`,
    offline: (nick) => `notify: ${nick} has quit`,
  },
}

const catgirl: ForeignClient = {
  program: "catgirl",
  open(tmux, server, nick, channel, certificate) {
    const identity = certificate ? ["-c", certificate.certPath, "-k", certificate.keyPath] : []
    const place = ["-h", "localhost", "-p", `${server.port}`, "-t", server.authority.caPath]
    const command = ["catgirl", "-v", ...place, ...identity, "-n", nick, "-j", channel]
    return tmux.open(command, { home: server.home(nick) })
  },
  types: { mode: (mode) => `/mode ${mode}`, monitor: (nick) => `/quote MONITOR + ${nick}` },
  windows: { server: "/window <debug>", channel: (channel) => `/window ${channel}` },
  shows: {
    said: (nick, text) => `<${nick}> ${text}`,
    mode: (nick, mode, target) => `${nick} sets @${target} \\${mode} operator in #`,
    // It strikes the old topic out and adds the new one.
    topic: (nick, topic) => `${nick} places a new sign in #\\S+: .*${topic}`,
    kicked: (nick, by, why) => `${by} kicks ${nick} out of #\\S+: ${why}`,
    joined: (nick) => `${nick} arrives in #`,
    away: (nick, text) => `>> \\S+ 301 \\S+ ${nick} :${text}`,
    absent: (nick) => `>> \\S+ 731 \\S+ :${nick}`,
    online: (nick) => `>> \\S+ 730 \\S+ :${nick}!`,
    offline: (nick) => `>> \\S+ 730 \\S+ :${nick}![^]*>> \\S+ 731 \\S+ :${nick}`,
  },
}

export const FOREIGN_CLIENTS: readonly ForeignClient[] = [irssi, weechat, catgirl]
