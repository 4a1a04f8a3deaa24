// Who reads what: every command that reads, asked by everybody who might, of every kind of channel and of other people's direct
// messages. What is said in each place is a canary; whoever may read it has to get it, and nobody else a letter of it.

import { expect, test } from "bun:test"
import type { Session } from "../../src/core/session.ts"
import type { Settings } from "../../src/core/seams.ts"
import { CAPABILITIES } from "../../src/protocol/capabilities.ts"
import { World } from "../support/engine.ts"

const PLACES = ["public", "private", "secret"] as const
type Place = (typeof PLACES)[number]
const MODES: Readonly<Record<Place, string>> = { public: "", private: "+ik key", secret: "+s" }

/** What becomes of each before it reads. */
const READERS = ["outsider", "invited", "member", "ex-member", "banned", "operator"] as const
type Reader = (typeof READERS)[number]

const ALL_TIME = "timestamp=2020-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z"
const BEGIN = "timestamp=2020-01-01T00:00:00.000Z"
const END = "timestamp=2030-01-01T00:00:00.000Z"

/** Lines that ask for what was said in `target`; whether a member's answer holds the words of a message. */
const QUESTIONS: readonly {
  readonly ask: (target: string, msgid: string) => string
  readonly answers: boolean
}[] = [
  { ask: (target) => `CHATHISTORY LATEST ${target} * 50`, answers: true },
  { ask: (target) => `CHATHISTORY BEFORE ${target} ${END} 50`, answers: true },
  { ask: (target) => `CHATHISTORY AFTER ${target} ${BEGIN} 50`, answers: true },
  { ask: (target, msgid) => `CHATHISTORY AROUND ${target} msgid=${msgid} 50`, answers: true },
  { ask: (target) => `CHATHISTORY BETWEEN ${target} ${ALL_TIME} 50`, answers: true },
  { ask: (target) => `CHATHISTORY BETWEEN ${target} ${END} ${BEGIN} 50`, answers: true },
  { ask: () => "SEARCH text=canary", answers: true },
  { ask: (target) => `SEARCH in=${target}`, answers: true },
  { ask: () => "SEARCH from=owner", answers: true },
  { ask: () => `CHATHISTORY TARGETS ${ALL_TIME} 50`, answers: false },
  { ask: (target) => `MARKREAD ${target}`, answers: false },
  { ask: (target, msgid) => `REDACT ${target} ${msgid}`, answers: false },
  { ask: (target) => `TOPIC ${target}`, answers: false },
  { ask: (target) => `METADATA ${target} LIST`, answers: false },
  { ask: (target) => `NAMES ${target}`, answers: false },
  { ask: (target) => `WHO ${target}`, answers: false },
  { ask: (target) => `MODE ${target}`, answers: false },
]

class Scene {
  readonly world: World
  readonly #sessions = new Map<string, Session>()

  constructor(settings: Partial<Settings> = {}) {
    this.world = new World(settings)
  }

  come(nick: string) {
    const certificate = { name: nick, issuer: "authority", fingerprint: nick }
    const arrival = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3", certificate }
    const session = this.world.engine.connected(arrival, this.world.now)
    this.#sessions.set(nick, session)
    const names = CAPABILITIES.map(({ name }) => name).join(" ")
    for (const line of [`CAP REQ :${names}`, `NICK ${nick}`, "USER u 0 * :U", "CAP END"]) this.say(nick, line)
  }

  /** Says a line; gives back what `nick` was sent since. */
  say(nick: string, line: string): string {
    const session = this.#sessions.get(nick)!
    this.world.engine.receive(session, line, (this.world.now += 1000))
    const deliveries = this.world.settle().flatMap((turn) => turn.deliveries)
    return deliveries.flatMap((one) => (one.session === session ? [one.output.text] : [])).join("")
  }

  /** Its msgid. */
  write(nick: string, target: string, text: string): string {
    return /msgid=([0-9a-z]{14})/.exec(this.say(nick, `PRIVMSG ${target} :${text}`))![1]!
  }
}

/** A channel of that kind, in which the owner has spoken, and what became of the reader. */
function channelScene(place: Place, reader: Reader): { scene: Scene; msgid: string } {
  const scene = new Scene()
  scene.come("owner")
  scene.come("reader")
  if (reader === "operator") scene.say("reader", "OPER crier sesame")
  scene.say("owner", "JOIN #den")
  if (reader === "member" || reader === "ex-member" || reader === "banned") scene.say("reader", "JOIN #den")
  if (MODES[place] !== "") scene.say("owner", `MODE #den ${MODES[place]}`)
  if (reader === "ex-member") scene.say("reader", "PART #den")
  if (reader === "banned") {
    scene.say("owner", "MODE #den +b reader")
    scene.say("owner", "KICK #den reader")
  }
  const msgid = scene.write("owner", "#den", "the canary sings")
  if (reader === "invited") scene.say("owner", "INVITE reader #den")
  return { scene, msgid }
}

const cases = PLACES.flatMap((place) => READERS.map((reader) => [place, reader] as const))

test.each([...cases])("a %s channel and its %s", (place, reader) => {
  for (const { ask, answers } of QUESTIONS) {
    const { scene, msgid } = channelScene(place, reader)
    const line = ask("#den", msgid)
    const answer = scene.say("reader", line)
    const isEntitled = reader === "member"
    if (answers) expect(answer.includes("canary sings"), `${line}\n${answer}`).toBe(isEntitled)
    else expect(answer, line).not.toContain("canary")
    // That it is there, and that something was said in it.
    if (!isEntitled && line.startsWith("CHATHISTORY TARGETS")) expect(answer).not.toContain("#den")
    if (isEntitled && line.startsWith("CHATHISTORY TARGETS")) expect(answer).toContain("#den")
    if (!isEntitled && line.startsWith("REDACT")) expect(answer).toContain("INVALID_TARGET")
    // Outside, a secret channel answers as one that is not there.
    if (place === "secret" && reader === "outsider") {
      const other = new Scene()
      other.come("owner")
      other.come("reader")
      expect(plain(answer)).toBe(plain(other.say("reader", line)))
    }
  }
})

/** But for what differs between any two answers. */
function plain(answer: string): string {
  return answer.replace(/(?:time|batch|msgid)=[^; ]+/g, "").replace(/BATCH [+-]\S+/g, "BATCH")
}

const OUTSIDERS = ["stranger", "operator"] as const

test.each([...OUTSIDERS])("direct messages of two others, asked for by a %s", (kind) => {
  for (const { ask, answers } of QUESTIONS) {
    const scene = new Scene()
    for (const nick of ["owner", "friend", "reader"]) scene.come(nick)
    if (kind === "operator") scene.say("reader", "OPER crier sesame")
    const msgid = scene.write("owner", "friend", "the canary sings")
    for (const target of ["owner", "friend"]) {
      const line = ask(target, msgid)
      expect(scene.say("reader", line), line).not.toContain("canary")
    }
    const line = ask("owner", msgid)
    if (answers) expect(scene.say("friend", line), line).toContain("canary sings")
  }
})

/** What becomes of each who might read the audit. */
const AUDITORS = ["stranger", "without the right", "outside", "former", "operator"] as const
type Auditor = (typeof AUDITORS)[number]

/** What might give away that something was written there, or who reads it. */
const PRYING: readonly string[] = [
  "JOIN #audit",
  "LIST",
  "LIST #audit",
  "WHOIS owner",
  "WHO owner",
  "INVITE reader #audit",
  "INVITE stranger #audit",
  "KICK #audit owner",
  "PRIVMSG #audit :hello",
  "PRIVMSG @#audit :hello",
  "MODE #audit +b",
  "TOPIC #audit :mine",
  "RENAME #mine #audit",
  "CS INFO #audit",
  "CS OP #audit",
  "CS REGISTER #audit",
  "CS AMODE #audit",
  "MODE #mine +f #audit",
]

/** An operator whose ban is in the audit, if there is to be one, and the reader. */
function auditScene(reader: Auditor, isActive: boolean): Scene {
  const scene = new Scene()
  for (const nick of ["owner", "reader"]) scene.come(nick)
  scene.say("reader", "JOIN #mine")
  if (reader !== "stranger") {
    scene.say("reader", `OPER ${reader === "without the right" ? "crier" : "root"} sesame`)
    if (reader === "former" || reader === "operator") scene.say("reader", "JOIN #audit")
    if (reader === "former") scene.say("reader", "MODE reader -o")
  }
  scene.say("owner", isActive ? "OPER root sesame" : "MODE owner +i")
  scene.say("owner", isActive ? "UBAN ADD bad!*@* :the canary sings" : "PING x")
  scene.say("owner", isActive ? "JOIN #audit" : "PING x")
  return scene
}

test.each([...AUDITORS])("the audit, asked for by who is %s", (reader) => {
  for (const { ask, answers } of QUESTIONS) {
    const line = ask("#audit", "00000000000001")
    const answer = auditScene(reader, true).say("reader", line)
    if (answers && reader === "operator") {
      if (!line.includes("AROUND")) expect(answer, line).toContain("canary sings")
    } else expect(answer, line).not.toContain("canary")
    if (reader === "operator") continue
    expect(answer.replace(/MODE #audit|NAMES #audit/, ""), line).not.toContain("owner")
    expect(plain(answer), line).toBe(plain(auditScene(reader, false).say("reader", line)))
  }
})

test.each(AUDITORS.filter((one) => one !== "operator" && one !== "outside"))(
  "the audit, pried into by who is %s",
  (reader) => {
    for (const line of PRYING) {
      const scene = auditScene(reader, true)
      const answer = scene.say("reader", line)
      expect(answer, line).not.toContain("canary")
      expect(answer, line).not.toMatch(/ (?:JOIN|353 reader . #audit|319 .*#audit|322 reader #audit)/)
      // That somebody is an operator is no secret; what is done in the audit is.
      if (!line.startsWith("WHO"))
        expect(plain(answer), line).toBe(plain(auditScene(reader, false).say("reader", line)))
      expect(scene.say("owner", "NAMES #audit"), line).toMatch(/ 353 owner @ #audit :owner!u@host\r\n/)
      // What is said there comes from the server alone.
      expect(scene.say("owner", "CHATHISTORY LATEST #audit * 50"), line).not.toContain("PRIVMSG")
    }
  },
)

test("who comes to the audit reads all of it, also where history begins with one's JOIN", () => {
  const scene = new Scene({ historyFrom: "join" })
  scene.come("owner")
  scene.say("owner", "OPER root sesame")
  scene.say("owner", "UBAN ADD bad!*@* :the canary sings")
  scene.say("owner", "JOIN #audit")
  for (const line of ["CHATHISTORY LATEST #audit * 50", "SEARCH in=#audit"])
    expect(scene.say("owner", line)).toContain("canary sings")
})
