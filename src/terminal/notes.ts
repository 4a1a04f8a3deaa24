// What our own server notes (NOTE: https://ircv3.net/specs/extensions/standard-replies.html) as sentences, by its command and code.

import { parseServerTime } from "../protocol/server-time.ts"
import { clock, day } from "./clock.ts"

type Sentence = (context: readonly string[], text: string) => string | undefined

const SENTENCES: Readonly<Record<string, Sentence>> = {
  "DEVICE DEVICE": ([serial = "", made = "", used = "", online], name) => {
    const here = online === "this" ? ", this one" : online === "online" ? ", online" : ""
    const called = name === serial ? name : `${name} (${serial})`
    return `${called}${here}: made ${time(made)}, last used ${used === "*" ? "never" : time(used)}`
  },
  "DEVICE END_OF_DEVICES": (_, text) => `devices: ${text}; /devices add, /devices remove NAME`,
  "DEVICE INVITATION": ([until = ""], link) => {
    // The server says where it was reached, which may be reached from here alone.
    const isHere = /^chat:\/\/(?:localhost|127\.[\d.]+|\[::1\])[:/]/.test(link)
    const where = isHere
      ? " (the line leads to this computer alone: connect by the server's address for another)"
      : ""
    return `on the other device${where}, until ${time(until)}, and once: chat join '${link}'`
  },
  "DEVICE REMOVED": ([name = ""], text) => `${name}: ${text}`,
  "DEVICE ADDED": (_, name) => `a new device of yours: ${name}; if it is not, /devices remove ${name}`,
  "ENROL REQUESTED": ([id = "", account = ""], words) =>
    `${account} waits to be let in, with the key ${words}: /approve ${id}, else /deny ${id}`,
  "ENROL REQUEST": ([id = "", account = "", since = "", verdict = ""], words) =>
    `${id}: ${account}, ${words}, since ${time(since)}${verdict === "approved" ? ", approved" : ""}`,
  "ENROL END_OF_REQUESTS": (_, text) => `waiting: ${text}; /approve or /deny, with a name or an id`,
  "ENROL APPROVED": ([, account = ""], words) => `${account} is let in, with the key ${words}`,
  "ENROL DENIED": ([, account = ""], words) => `${account} is not let in with the key ${words}`,
  "REVOKE REVOKED": ([account = "", device = ""], text) =>
    `${account}${device === "*" ? "" : `, ${device}`}: ${text}`,
}

/** Undefined for what has no sentence here. */
export function noteWords([command = "", code = "", ...context]: readonly string[], text: string) {
  return SENTENCES[`${command} ${code}`]?.(context, text)
}

function time(text: string): string {
  const at = parseServerTime(text)
  return at === undefined ? text : `${day(at)} ${clock(at)}`
}
