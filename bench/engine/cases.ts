// What is played against the engine: a case is a small network, and what its people say over and over.
import type { Rig, Said } from "./rig.ts"

export interface Case {
  readonly name: string
  /** Lines that the engine hears before the turn ends. */
  readonly turn: number
  /** Builds the network; the answer gives the line that is said as the i-th. */
  readonly prepare: (rig: Rig) => (i: number) => Said
}

const LINES_OF_A_TURN = 16
const TEXT = "what a day it is, and how long the way to the sea, they said, and then it began to rain again"
const OWN = [
  "message-tags",
  "server-time",
  "echo-message",
  "batch",
  "labeled-response",
  "setname",
  "draft/metadata-3",
]

export const CASES: readonly Case[] = [
  talk("PRIVMSG", 1),
  talk("PRIVMSG", 10),
  talk("PRIVMSG", 100),
  talk("PRIVMSG", 1000),
  talk("PRIVMSG", 1000, 1),
  talk("NOTICE", 10),
  { ...talk("TAGMSG", 10), prepare: inChannel(10, () => "@+typing=active TAGMSG #c") },
  one("PRIVMSG to a nick", 2, () => `PRIVMSG member-1 :${TEXT}`),
  one("JOIN, PART, 10 members", 10, (i) => (i % 2 ? "JOIN #c" : "PART #c")),
  one("JOIN, PART, 100 members", 100, (i) => (i % 2 ? "JOIN #c" : "PART #c")),
  one("NICK, 10 members", 10, (i) => `NICK alice${i % 2}`),
  one("MODE +m, -m, 10 members", 10, (i) => `MODE #c ${i % 2 ? "-" : "+"}m`),
  one("MODE +o, -o, 10 members", 10, (i) => `MODE #c ${i % 2 ? "-" : "+"}o member-1`),
  one("MODE +b, -b, 10 members", 10, (i) => `MODE #c ${i % 2 ? "-" : "+"}b spam!*@*`),
  one("MODE asked", 10, () => "MODE #c"),
  one("TOPIC, 10 members", 10, (i) => `TOPIC #c :${i} ${TEXT}`),
  one("TOPIC asked", 10, () => "TOPIC #c"),
  one("AWAY, 10 members", 10, (i) => (i % 2 ? "AWAY" : "AWAY :lunch")),
  one("SETNAME, 10 members", 10, (i) => `SETNAME :Alice ${i}`),
  one("INVITE", 10, () => "INVITE stranger #c"),
  kick(),
  one("NAMES, 10 members", 10, () => "NAMES #c"),
  one("NAMES, 100 members", 100, () => "NAMES #c"),
  one("WHO, 100 members", 100, () => "WHO #c"),
  one("WHOX, 100 members", 100, () => "WHO #c %tcuhnfar,7"),
  one("WHOIS", 10, () => "WHOIS member-1"),
  one("WHOWAS", 10, () => "WHOWAS gone"),
  one("ISON", 10, () => "ISON member-1 member-2 nobody"),
  one("USERHOST", 10, () => "USERHOST member-1 member-2"),
  { name: "LIST, 100 channels", turn: LINES_OF_A_TURN, prepare: hundredChannels },
  one("MONITOR +, -", 10, (i) => `MONITOR ${i % 2 ? "-" : "+"} member-1,nobody`),
  one("METADATA SET, 10 members", 10, (i) => `METADATA * SET color :${i}`),
  one("METADATA GET", 10, () => "METADATA member-1 GET color"),
  one("CHATHISTORY, its asking", 10, () => "CHATHISTORY LATEST #c * 50"),
  one("PING", 1, (i) => `PING ${i}`),
  one("CAP LS", 1, () => "CAP LS 302"),
  one("CAP REQ", 1, (i) => `CAP REQ :${i % 2 ? "-" : ""}away-notify`),
  one("VERSION, with ISUPPORT", 1, () => "VERSION"),
  one("LUSERS", 10, () => "LUSERS"),
  one("MOTD", 1, () => "MOTD"),
  one("HELP", 1, () => "HELP PRIVMSG"),
]

/** Alice says it, the operator of a channel of so many members, herself among them. */
function one(name: string, members: number, line: (i: number) => string): Case {
  return { name, turn: LINES_OF_A_TURN, prepare: inChannel(members, line) }
}

function talk(command: string, members: number, turn = LINES_OF_A_TURN): Case {
  const alone = turn === 1 ? ", one a turn" : ""
  const name = `${command}, ${members} member${members === 1 ? "" : "s"}${alone}`
  return { name, turn, prepare: inChannel(members, () => `${command} #c :${TEXT}`) }
}

function inChannel(members: number, line: (i: number) => string): Case["prepare"] {
  return (rig) => {
    const alice = rig.arrive("alice", OWN, "#c")
    rig.fill("#c", 1, members)
    rig.arrive("stranger", [])
    rig.hear([[rig.arrive("gone", []), "QUIT"]])
    return (i) => [alice, line(i)]
  }
}

function kick(): Case {
  return {
    name: "KICK, JOIN, 10 members",
    turn: LINES_OF_A_TURN,
    prepare(rig) {
      const alice = rig.arrive("alice", OWN, "#c")
      const bob = rig.arrive("bob", [], "#c")
      rig.fill("#c", 2, 10)
      return (i) => (i % 2 ? [bob, "JOIN #c"] : [alice, "KICK #c bob :too loud"])
    },
  }
}

function hundredChannels(rig: Rig): (i: number) => Said {
  const names = Array.from({ length: 100 }, (_, i) => `#channel-${i}`)
  const alice = rig.arrive("alice", OWN, ...names)
  return () => [alice, "LIST"]
}
