// Lines such as clients send, at random: most of them sensible, so that something happens.

import { msgidOf } from "../../src/protocol/msgid.ts"
import { serverTime } from "../../src/protocol/server-time.ts"
import { BEGINNING } from "./engine.ts"
import type { Random } from "./random.ts"

export const NICKS = ["alice", "bob", "carol", "Dave", "erin", "guest-3", "guest-9", "nobody", "ALICE"]
export const CHANNELS = ["#a", "#A", "#b", "#den", "#ç"]
export const DEVICES = ["laptop", "desktop", "phone"]
const MASKS = [
  "alice!*@*",
  "*!*@host",
  "b*",
  "*",
  "?o?",
  "@host",
  "!x",
  "m:b*",
  "a:bob",
  "m:a:*",
  "a:*",
  "m:",
]
const ABOUT_AUDIT = [
  "CHATHISTORY LATEST #audit * 5",
  "PRIVMSG #audit :x",
  "PART #audit",
  "NAMES #audit",
  "RENAME #a #audit",
  "MODE #audit +o nick",
  "INVITE nick #audit",
  "KICK #audit nick",
  "TOPIC #audit :x",
  "CS REGISTER #audit",
]
const KEYS = ["k1", "k2", "a b", ",", ""]

function timestamp(random: Random): string {
  return `timestamp=${serverTime(BEGINNING + random.below(400_000))}`
}

function history(random: Random, target: string): string {
  const reference = () =>
    random.chance(0.5) ? timestamp(random) : `msgid=${msgidOf(1 + random.below(3), 1 + random.below(150))}`
  const verb = random.pick(["LATEST", "BEFORE", "AFTER", "AROUND", "BETWEEN"])
  return `${verb} ${target} ${reference()}${verb === "BETWEEN" ? ` ${reference()}` : ""}`
}

/** `text` gives a text that was not given before, so that a message can be told from all others. */
export function chatter(random: Random, text: () => string): string {
  const nick = () => random.pick(NICKS)
  const channel = () => random.pick(CHANNELS)
  const channels = () => (random.chance(0.2) ? `${channel()},${channel()}` : channel())
  const target = () => (random.chance(0.6) ? random.pick(["", "", "", "@", "+", "~"]) + channel() : nick())
  const modes = () => {
    const sign = random.pick(["+", "-", "+", ""])
    const letters = random.pick([
      "i",
      "m",
      "n",
      "s",
      "t",
      "k",
      "l",
      "b",
      "o",
      "v",
      "ov",
      "q",
      "bb",
      "e",
      "I",
      "be",
      "C",
      "M",
      "R",
      "U",
      "u",
      "u",
      "f",
      "h",
      "kl",
      "W",
      "+i-i",
      "x",
    ])
    const params = [random.pick([nick(), random.pick(MASKS), random.pick(KEYS), "3", "0", channel()]), nick()]
    return `${sign}${letters} ${params.slice(0, random.below(3)).join(" ")}`
  }
  const lines: readonly (() => string)[] = [
    () => `JOIN ${channels()}`,
    () => `JOIN ${channels()} ${random.pick(KEYS)}`,
    () => `JOIN ${channel()}`,
    () => `JOIN ${channel()}`,
    () => (random.chance(0.1) ? "JOIN 0" : `PART ${channels()} :${text()}`),
    () => `PRIVMSG ${target()} :${text()}`,
    () => `PRIVMSG ${channel()} :${text()}`,
    () => `PRIVMSG ${channel()} :${text()}`,
    () => `PRIVMSG ${channel()} :${text()}`,
    () => `PRIVMSG ${channel()} :${text()}`,
    () => `PRIVMSG ${target()},${target()} :${text()}`,
    () => `NOTICE ${target()} :${text()}`,
    () => `@+x=${text()}${random.pick(["", ";+draft/react=y", ";+draft/persist"])} TAGMSG ${target()}`,
    () => `BATCH ${random.pick(["+1", "-1", "-1", "+b", "2"])} draft/multiline ${channel()}`,
    () => `@batch=1${random.chance(0.3) ? ";draft/multiline-concat" : ""} PRIVMSG ${channel()} :${text()}`,
    () => `REDACT ${target()} 000100000000${random.pick(["0a", "0h", "1x", "1v", ""])} :${text()}`,
    () => `NS CERT ${random.pick(["ADD", "ADD", "DEL", "LIST"])}${random.pick(["", ` ${"a".repeat(128)}`])}`,
    () => `DEVICE ${random.pick(["LIST", "ADD", "ADD", `REMOVE ${random.pick(DEVICES)}`])}`,
    () => `ENROL ${random.pick(["LIST", `APPROVE ${nick()}`, `DENY ${nick()}`])}`,
    () => `REVOKE ${nick()}${random.pick(["", " *", ` ${random.pick(DEVICES)}`])}`,
    () => `CLIENTCERT ${random.pick(["CREATE x", "LIST", "DELETE"])}`,
    () =>
      `NS SET ${random.pick(["always-on", "always-on", "multiclient"])} ${random.pick(["on", "on", "off", "default"])}`,
    () =>
      `${random.pick(["NS", "PRIVMSG NickServ"])} ${random.pick(["IDENTIFY", "REGISTER", "PASSWD sesame", "GHOST alice", "SAREGISTER erin"])} sesame`,
    () =>
      `CS ${random.pick(["REGISTER", "REGISTER", "REGISTER", "OP", "DROP", "AMODE", "INFO"])} ${channel()}`,
    () => `CS AMODE ${channel()} ${random.pick(["+o", "+v", "-o", "+h"])} ${nick()}`,
    () => `TOPIC ${channel()}${random.chance(0.7) ? ` :${random.chance(0.8) ? text() : ""}` : ""}`,
    () => `MODE ${channel()} ${modes()}`,
    () => `MODE ${channel()} ${modes()}`,
    () =>
      `TBAN ${channel()} ${random.pick(["1s", "20s", "5", "2m", "x"])} ${random.pick([nick(), ...MASKS])}`,
    () => `MODE ${nick()} ${random.pick(["+i", "-i", "+B", "+R", "-R", "+T", "-BT", ""])}`,
    () => `KICK ${channel()} ${nick()} :${text()}`,
    () => `KICK ${channel()},${channel()} ${nick()},${nick()}`,
    () => (random.chance(0.1) ? "INVITE" : `INVITE ${nick()} ${channel()}`),
    () => `SETNAME :${text()}`,
    () => `REGISTER ${random.chance(0.2) ? nick() : "*"} * ${random.pick(["sesame", "sesame", "x"])}`,
    () => random.pick(["AUTHENTICATE PLAIN", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +", "AUTHENTICATE *"]),
    () => `AUTHENTICATE ${btoa(`\0${nick()}\0${random.chance(0.8) ? "sesame" : "wrong"}`)}`,
    () => `RENAME ${channel()} ${channel()} :${text()}`,
    () => `OPER ${nick()}`,
    () => `OPER ${random.pick(["root", "crier", "nobody"])} ${random.pick(["sesame", "wrong"])}`,
    () => (random.chance(0.2) ? `KILL ${nick()} :${text()}` : random.pick(["REHASH", `WALLOPS :${text()}`])),
    () =>
      `UBAN ${random.pick(["ADD 5s", "ADD 3s", "ADD", "DEL", "INFO"])} ${random.pick([nick(), random.pick(MASKS), "192.0.2.0/24", "a".repeat(128)])} :${text()}`,
    () => `MODE ${nick()} ${random.pick(["+w", "-o", "+o", "-w"])}`,
    () => "JOIN #audit",
    () => random.pick(ABOUT_AUDIT).replace("nick", nick()),
    () => `MONITOR ${random.pick(["+", "+", "-", "C", "L", "S"])} ${nick()},${nick()}`,
    () => random.pick(["WHOWAS", "USERHOST"]) + ` ${nick()}`,
    () => `NICK ${nick()}`,
    () =>
      random.chance(0.5)
        ? `METADATA ${random.pick(["*", channel(), nick()])} ${random.pick(["SET a :x", "SET a", "SET b :y", "CLEAR", "SYNC", "SUB a"])}`
        : `AWAY${random.pick(["", "", " *", ` :${text()}`])}`,
    () => random.pick(["NAMES", "WHO", "LIST", "MODE"]) + ` ${channel()}`,
    () => `${random.pick(["WHOIS", "WHO", "ISON"])} ${nick()}`,
    () => `WHO ${random.chance(0.5) ? channel() : nick()} %tcuihsnfdlaor,${random.below(999)}`,
    () => `LIST ${random.pick(["*d*", "!#a", ">1", "C<1", "T>0", "#a,<3"])}`,
    () => `ACCEPT ${random.pick(["", "", "-"])}${nick()}${random.chance(0.2) ? ",*" : ""}`,
    () => `CHATHISTORY LATEST ${channel()} * ${1 + random.below(5)}`,
    () => `CHATHISTORY ${history(random, random.chance(0.7) ? channel() : nick())} ${1 + random.below(5)}`,
    () => `CHATHISTORY TARGETS ${timestamp(random)} ${timestamp(random)} ${1 + random.below(5)}`,
    () => `SEARCH ${random.pick(["text=t", "text=t1", `in=${target()}`, `from=${nick()}`, "limit=2"])}`,
    () =>
      `MARKREAD ${random.chance(0.7) ? channel() : nick()} ${random.chance(0.8) ? timestamp(random) : ""}`,
    () =>
      random.pick([
        "PING x",
        "PONG x",
        "LIST",
        "LUSERS",
        "INFO",
        "STATS u",
        "MOTD",
        "VERSION",
        "TIME",
        "HELP",
        "NAMES",
        "CAP LIST",
      ]),
    () => (random.chance(0.15) ? `QUIT :${text()}` : "PING y"),
  ]
  const line = random.pick(lines)()
  if (line.startsWith("@")) return random.chance(0.3) ? line.replace("@", `@label=${random.below(9)};`) : line
  return random.chance(0.2) ? `@label=${random.below(9)} ${line}` : line
}
