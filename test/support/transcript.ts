// Plays a transcript: what several sessions send, and every line that each of them is sent. What is not written is silence.
//
//   ## accounts emailRequired customNames registration=false      settings of accounts
//   ## access members · ## password · ## admin Ann · ## motd Hello · ## limits nickLength=5       settings, before all else
//   ## usermodes i · ## channelmodes ntC · ## casemapping precis · ## history join
//   alice connects message-tags server-time     a registered session with these capabilities
//   alice connects as member message-tags       … whose certificate says `alice`
//   phone connects as alice                     … whose certificate says `alice`, whatever its nick
//   alice arrives · alice arrives as alice of elsewhere       a connection that has sent nothing; its certificate's issuer
//   alice is given laptop                       a certificate that was made on request for a device of this name; its serial is the name
//   alice is to be approved as owner            an invitation of hers that asks for approval, and gives this role
//   alice asks with key1                        … is used with this key
//   phone arrives as alice by laptop            … with that certificate
//   phone arrives with a                        … with a certificate whose fingerprint is 128 times `a`
//   alice > PRIVMSG #den :hello                 a line sent; the clock moves one second
//   alice > PRIVMSG #den :{500*a}\x00           a run of one character; a byte
//   alice < :alice!alice@host …                 a line received
//   alice < (closed)                            the server ended the connection
//   alice leaves                                the connection is lost
//   alice is ended KICKED                       an administrator's doing
//   wait 90s · restart · down 90s · slow disk · full disk · room again · broken configuration · lockdown on · lockdown off ·
//   alice becomes moderator
//
// Msgids appear as `id` and their place in the log.

import { accountCreated } from "../../src/core/commands/account.ts"
import { certificateRequested } from "../../src/core/commands/approval.ts"
import { certificateIssued, invitationMade } from "../../src/core/commands/enrolment.ts"
import { lockdownSet } from "../../src/core/commands/lockdown.ts"
import { roleSet } from "../../src/core/commands/role.ts"
import { acted } from "../../src/core/commands/staff-acted.ts"
import type { Session } from "../../src/core/session.ts"
import type { Settings, Turn } from "../../src/core/seams.ts"
import {
  CLIENT_TAG_BYTES_MAX,
  DEFAULT_LIMITS,
  LINE_BYTES_MAX,
  type Limits,
} from "../../src/protocol/limits.ts"
import { LineReader } from "../../src/protocol/line-reader.ts"
import { msgidOf, parseMsgid } from "../../src/protocol/msgid.ts"
import type { Nick } from "../../src/protocol/names.ts"
import { isRefusalCode } from "../../src/protocol/refusals.ts"
import type { Role } from "../../src/protocol/rights.ts"
import { SETTINGS, World } from "./engine.ts"

/** The transcript as it really went; equal to `script` when all went as written. */
export function play(script: string): string {
  const stage = new Stage(settingsOf(script))
  for (const line of script.split("\n")) {
    if (/^\S+ </.test(line)) continue
    stage.written.push(line)
    stage.act(line.trim())
  }
  return stage.written.join("\n")
}

function settingsOf(script: string): Partial<Settings> {
  const directives = [...script.matchAll(/^## (\w+) ?(.*)$/gm)].map(([, name, value]) => [name!, value!])
  const all = (name: string) => directives.filter((one) => one[0] === name).map((one) => one[1]!)
  const limits = all("limits").flatMap((line) => line.split(" ").map((word) => word.split("=")))
  return {
    access: all("access").includes("members") ? "members" : "open",
    passwordNeeded: all("password").length > 0,
    historyFrom: all("history").includes("join") ? "join" : "all",
    accounts: {
      ...SETTINGS.accounts,
      ...Object.fromEntries(all("accounts").flatMap((line) => line.split(" ").map(switched))),
    },
    admin: all("admin")[0],
    motd: all("motd"),
    casemapping: all("casemapping").includes("precis") ? "precis" : "ascii",
    defaultUserModes: all("usermodes")[0] ?? "",
    defaultChannelModes: all("channelmodes")[0] ?? "nt",
    limits: {
      ...DEFAULT_LIMITS,
      ...(Object.fromEntries(limits.map(([name, value]) => [name, Number(value)])) as Partial<Limits>),
    },
  }
}

/** `name` is on, `name=false` off; of `name=other` it is the word, or the number. */
function switched(word: string): [string, boolean | string | number] {
  const [name = "", value = "true"] = word.split("=")
  if (/^\d+$/.test(value)) return [name, Number(value)]
  return [name, value === "true" || value === "false" ? value === "true" : value]
}

class Stage {
  readonly written: string[] = []
  readonly #world: World
  readonly #sessions = new Map<string, Session>()

  constructor(settings: Partial<Settings>) {
    this.#world = new World(settings)
    this.#world.settle()
  }

  act(line: string) {
    if (line === "" || line.startsWith("#")) return
    const sent = /^(\S+) >(?: (.*))?$/.exec(line)
    if (sent) return this.#send(sent[1]!, sent[2] ?? "")
    const wait = /^wait (\d+)s$/.exec(line)
    if (wait) return this.#wait(Number(wait[1]))
    if (line === "restart") return this.#restart()
    const down = /^down (\d+)s$/.exec(line)
    if (down) {
      this.#world.now += Number(down[1]) * 1000
      return this.#restart()
    }
    if (line === "full disk" || line === "room again") {
      this.#world.engine.readOnly = line === "full disk"
      return
    }
    const lockdown = /^lockdown (on|off)$/.exec(line)
    if (lockdown) {
      const record = acted("lockdown", { target: lockdown[1] })
      this.#world.engine.administer(lockdownSet, { on: lockdown[1] === "on" }, this.#world.now, record)
      return this.#hear()
    }
    const role = /^(\S+) becomes (\w+)$/.exec(line)
    if (role) {
      const fact = { accountName: role[1] as Nick, role: role[2] as Role }
      const record = acted("role", { target: fact.accountName, details: { role: fact.role } })
      this.#world.engine.administer(roleSet, fact, this.#world.now, record)
      return this.#hear()
    }
    if (line === "broken configuration") {
      this.#world.mayReload = false
      return
    }
    if (line === "slow disk") {
      this.#world.isSlow = true
      return
    }
    const [name, verb, ...rest] = line.split(" ")
    if (verb === "connects") return this.#connect(name!, rest)
    if (verb === "arrives") return void this.#arrive(name!, rest)
    if (verb === "leaves") return this.#leave(name!)
    if (verb === "is" && rest[0] === "to") return this.#invite(name as Nick, rest.at(-1) as Role)
    if (verb === "asks") return this.#ask(name as Nick, rest[1]!)
    if (verb === "is" && rest[0] === "given") return this.#give(name as Nick, rest[1]!)
    if (verb === "is" && rest[0] === "ended") return this.#end(name!, rest[1]!)
    throw new Error(`a transcript does not know: ${line}`)
  }

  #account(name: Nick) {
    const { engine, now } = this.#world
    if (!engine.net.account(name)) engine.administer(accountCreated, { name, issuer: "authority" }, now)
  }

  #invite(accountName: Nick, role: Role) {
    const { engine, now } = this.#world
    this.#account(accountName)
    const terms = { channels: [], expires: now + 60_000, uses: 2, role, approve: true, text: "hash" } as const
    engine.administer(invitationMade, { id: `of-${accountName}`, accountName, ...terms }, now)
    this.#hear()
  }

  #ask(accountName: Nick, key: string) {
    const { engine, now } = this.#world
    const asked = { keyPin: `${key}-and-so-on`, words: `words-of-${key}`, device: "laptop" }
    engine.administer(certificateRequested, { invitation: `of-${accountName}`, ...asked }, now)
    this.#hear()
  }

  #give(accountName: Nick, device: string) {
    const { engine, now } = this.#world
    const issuer = "authority"
    this.#account(accountName)
    const terms = { serial: device, issuer, keyPin: device, notBefore: now, notAfter: now + 30 * 86_400_000 }
    engine.administer(certificateIssued, { accountName, device, ...terms }, now)
    this.#hear()
  }

  /** Takes `as NAME of ISSUER by DEVICE with DIGIT` from `words` and gives back the rest. */
  #arrive(name: string, words: string[]): string[] {
    const rest = [...words]
    const as = rest[0] === "as" ? rest.splice(0, 2)[1] : undefined
    const issuer = rest[0] === "of" ? rest.splice(0, 2)[1]! : "authority"
    const serial = rest[0] === "by" ? { serial: rest.splice(0, 2)[1]! } : {}
    const certificate =
      as === undefined
        ? {}
        : {
            certificate: { name: as === "member" ? name : as, issuer, fingerprint: "fingerprint", ...serial },
          }
    const digit = rest[0] === "with" ? rest.splice(0, 2)[1]! : undefined
    const shown = digit === undefined ? {} : { fingerprint: digit.repeat(128) }
    const arrival = {
      address: "192.0.2.1",
      host: "host",
      memberHost: "member",
      tlsVersion: "TLSv1.3",
      ...certificate,
      ...shown,
    }
    this.#sessions.set(name, this.#world.engine.connected(arrival, this.#world.now))
    return rest
  }

  #connect(name: string, words: string[]) {
    const capabilities = this.#arrive(name, words)
    const session = this.#session(name)
    if (capabilities.length > 0) this.#receive(session, `CAP REQ :${capabilities.join(" ")}`)
    this.#receive(session, `NICK ${name}`)
    this.#receive(session, `USER ${name} 0 * :${name[0]!.toUpperCase()}${name.slice(1)}`)
    this.#receive(session, "CAP END")
    this.#hear(session)
    if (!session.user) throw new Error(`${name} could not connect`)
  }

  #send(name: string, line: string) {
    this.#world.now += 1000
    const withIds = line.replace(
      /(msgid=|^(?:\S+ )?REDACT \S+ )id(\d+)/g,
      (_, before: string, seq: string) => before + this.#msgid(seq),
    )
    this.#receive(
      this.#session(name),
      withIds.replace(/\{(\d+)\*(.)\}/gu, (_, n: string, c: string) => c.repeat(Number(n))),
    )
    this.#hear()
  }

  #msgid(seq: string): string {
    return msgidOf(this.#world.engine.net.epochOf(Number(seq)), Number(seq))
  }

  // Through the reader that stands before every connection.
  #receive(session: Session, line: string) {
    const { recvqBytes } = this.#world.settings.limits
    const reader = new LineReader({
      tagBytesMax: CLIENT_TAG_BYTES_MAX,
      lineBytesMax: LINE_BYTES_MAX,
      unfinishedBytesMax: recvqBytes,
    })
    const held = reader.push(bytesOf(`${line}\r\n`), (read) =>
      this.#world.engine.receive(session, read, this.#world.now),
    )
    if (!held) this.#world.engine.end(session, "LINE_TOO_LONG")
  }

  #leave(name: string) {
    this.#world.engine.closed(this.#session(name), "Connection closed", this.#world.now)
    this.#sessions.delete(name)
    this.#hear()
  }

  #end(name: string, code: string) {
    if (!isRefusalCode(code)) throw new Error(`${code} is no code of a refusal`)
    this.#world.engine.end(this.#session(name), code)
    this.#hear()
  }

  #wait(seconds: number) {
    this.#world.now += seconds * 1000
    this.#world.engine.tick(this.#world.now)
    this.#hear()
  }

  #restart() {
    this.#sessions.clear()
    this.#world.start()
    this.#world.settle()
  }

  #session(name: string): Session {
    const session = this.#sessions.get(name)
    if (!session) throw new Error(`${name} is not connected`)
    return session
  }

  #hear(except?: Session) {
    for (const turn of this.#world.settle()) this.#write(turn, except)
  }

  #write(turn: Turn, except?: Session) {
    for (const { session, output } of turn.deliveries) {
      if (session === except) continue
      for (const line of output.text.trimEnd().split("\r\n"))
        this.written.push(`${this.#nameOf(session)} < ${readable(line)}`.trimEnd())
    }
    for (const request of turn.requests) {
      if (request.type !== "close") continue
      const name = this.#nameOf(request.session)
      this.written.push(`${name} < (closed)`)
      this.#world.engine.closed(request.session, "Connection closed", this.#world.now)
      this.#sessions.delete(name)
    }
  }

  #nameOf(session: Session): string {
    return [...this.#sessions].find(([, one]) => one === session)?.[0] ?? "?"
  }
}

/** UTF-8, with `\xHH` for one byte. */
function bytesOf(text: string): Uint8Array {
  const parts = text
    .split(/(\\x[0-9a-f]{2})/)
    .map((part) => (part.startsWith("\\x") ? [parseInt(part.slice(2), 16)] : Buffer.from(part)))
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)))
}

function readable(line: string): string {
  return line
    .replace(/(msgid=| (?=000))([0-9a-z]{14})\b/g, (whole, before: string, id: string) => {
      const place = parseMsgid(id)
      return place ? `${before}id${place.seq}` : whole
    })
    .replace(/([^ ])\1{19,}/gu, (run, c: string) => `{${[...run].length}*${c}}`)
}
