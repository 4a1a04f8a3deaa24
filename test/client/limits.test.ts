// A server that makes the client remember as much as it can: named limits hold, with a word where a person would miss something.

import { describe, expect, test } from "bun:test"
import {
  BANS_MAX,
  CHANNELS_MAX,
  CONVERSATIONS_MAX,
  ENDS_MAX,
  GAP_LENGTH_MAX,
  HELD_MAX,
  LINE_LENGTH_OVERHEAD,
  MEMBERS_MAX,
  TOKENS_MAX,
} from "../../src/client/limits.ts"
import { PATIENCE_MS } from "../../src/client/histories.ts"
import { CAPS, ClientRig } from "../support/client-rig.ts"

const PLAIN = "message-tags server-time echo-message labeled-response batch"

test("channels that nobody asked for are left again", () => {
  const rig = new ClientRig().settle(PLAIN)
  for (let i = 1; i < CHANNELS_MAX; i++) rig.feed(`:alice!a@h JOIN #c${i}`)
  expect(rig.sent()).toEqual([])
  rig.told()
  rig.feed(":alice!a@h JOIN #more")
  expect(rig.sent()).toEqual(["PART #more"])
  expect(rig.told()).toMatchObject([{ type: "error", code: "TOO_MANY_CHANNELS", params: ["#more"] }])
  expect([rig.session.view.channels().length, rig.session.wanted.size]).toEqual([CHANNELS_MAX, CHANNELS_MAX])
  // In those that it is in it stays.
  rig.feed(":alice!a@h JOIN #c1")
  expect(rig.sent()).toEqual([])
})

test("members beyond a limit are not kept, which is said once; who goes makes room", () => {
  const rig = new ClientRig().settle(PLAIN)
  const names = (from: number) => Array.from({ length: 100 }, (_, i) => `nick${from + i}`).join(" ")
  for (let i = 0; i < MEMBERS_MAX + 1_000; i += 100) rig.feed(`:s 353 alice = #den :${names(i)}`)
  rig.feed(":s 366 alice #den :End", ":late!u@h JOIN #den")
  const { members } = rig.session.view.channel("#den")!
  expect(members.size).toBeLessThan(MEMBERS_MAX + 100)
  expect(members.has("late")).toBe(false)
  expect(rig.told().filter(({ type }) => type === "error")).toMatchObject([
    {
      code: "TOO_MANY_MEMBERS",
      params: ["#den"],
      text: "more members than this program keeps: not all are shown",
    },
  ])
  for (let i = 0; i < 200; i++) rig.feed(`:nick${i}!u@h QUIT`)
  rig.feed(":late2!u@h JOIN #den")
  expect(members.has("late2")).toBe(true)
})

test("of conversations the oldest are forgotten", () => {
  const rig = new ClientRig().settle(PLAIN)
  for (let i = 0; i < CONVERSATIONS_MAX + 10; i++) rig.feed(`@msgid=m${i} :n${i}!u@h PRIVMSG alice :hello`)
  const { view } = rig.session
  expect(view.queries.size).toBe(CONVERSATIONS_MAX)
  expect([view.mark("n0"), view.mark(`n${CONVERSATIONS_MAX}`)?.id]).toEqual([
    undefined,
    `m${CONVERSATIONS_MAX}`,
  ])
})

test("a list of bans is read to an end, and lifted by a mask at least, whatever the server says of itself", () => {
  for (const modes of ["-1", "0", "0.001", "NaN", "many"]) {
    const rig = new ClientRig().settle(PLAIN)
    rig.feed(`:s 005 alice MODES=${modes} :are supported`)
    rig.session.moderate({ act: "unban", channel: "#den", nick: "bob" })
    rig.sent()
    for (let i = 0; i < 2 * BANS_MAX; i++) rig.feed(`:s 367 alice #den x${i}!*@* s 1`)
    rig.feed(":s 352 alice #den u 1 s bob H :0 Bob", ":s 315 alice bob :End", ":s 368 alice #den :End")
    expect(rig.sent()).toEqual([])
    expect(rig.told()).toMatchObject([{ type: "answer", text: "bob is not banned in #den" }])

    rig.session.moderate({ act: "unban", channel: "#den", nick: "bob" })
    rig.sent()
    rig.feed(":s 367 alice #den bob!*@* s 1", ":s 367 alice #den bob!u@* s 1")
    rig.feed(":s 352 alice #den u 1 s bob H :0 Bob", ":s 315 alice bob :End", ":s 368 alice #den :End")
    expect(rig.sent().flatMap((line) => line.match(/bob!\S*/g) ?? [])).toEqual(["bob!*@*", "bob!u@*"])
  }
})

test("what is said goes out in few lines, however long a name is or what the server calls us", () => {
  for (const [host, target] of [
    ["h".repeat(600), "#den"],
    ["h", `#${"d".repeat(600)}`],
  ] as const) {
    const rig = new ClientRig().settle(PLAIN)
    rig.feed(`:alice!a@${host} JOIN ${target}`)
    rig.session.say("action", target, "waves ".repeat(40))
    expect(rig.sent()).toHaveLength(5)
  }
})

test("of masks whose end was told before their MODE the newest are known", () => {
  const rig = new ClientRig().settle(PLAIN)
  const told = (channel: string, mask: string) =>
    rig.feed(`:s NOTE TBAN TIMED_BAN ${channel} ${mask} 60 :ends`)
  for (let i = 0; i < 2 * ENDS_MAX; i++) told("#den", `m${i}`)
  rig.feed(":s MODE #den +b x")
  const [mode] = rig.told()
  expect(mode?.type === "mode" && [...mode.lastsMs.keys()]).toEqual(
    Array.from({ length: ENDS_MAX }, (_, i) => `m${i + ENDS_MAX}`),
  )
  told("#den", "m")
  for (let i = 0; i < ENDS_MAX; i++) told(`#other${i}`, "m")
  rig.feed(":s MODE #den +b m")
  expect(rig.told()).toMatchObject([{ type: "mode", lastsMs: new Map() }])
})

test("a talk with somebody whose nick changes is remembered under the last one alone", () => {
  const rig = new ClientRig().settle(PLAIN)
  rig.feed("@msgid=m1 :n0!u@h PRIVMSG alice :hello")
  const { view } = rig.session
  for (let i = 0; i < 3; i++) rig.feed(`:n${i}!u@h NICK n${i + 1}`)
  expect([...view.queries.values()]).toEqual(["n3"])
  expect([0, 1, 2, 3].map((i) => view.mark(`n${i}`)?.id)).toEqual([undefined, undefined, undefined, "m1"])
})

describe("what is read back ends", () => {
  test("when live events have waited for too long, and is called incomplete", () => {
    const rig = returned()
    for (let i = 0; i <= HELD_MAX; i++) rig.feed(`@msgid=l${i} :bob!b@h PRIVMSG #den :live`)
    const told = rig.tale()
    expect(told.slice(0, 2)).toEqual(["gap #den 0 false", "caughtUp 0 false"])
    expect(told).toHaveLength(HELD_MAX + 3)
  })

  test("when it is too long", () => {
    const rig = returned()
    const text = "x".repeat(100_000)
    rig.feed(":s BATCH +p chathistory #den")
    for (let i = 0; i < GAP_LENGTH_MAX / text.length + 10; i++)
      rig.feed(`@batch=p;msgid=p${i} :bob!b@h PRIVMSG #den :${text}`)
    rig.feed(":s BATCH -p")
    expect(rig.tale().slice(-2)).toMatchObject([
      expect.stringMatching(/^gap #den \d+ false$/),
      expect.stringMatching(/^caughtUp \d+ false$/),
    ])
    expect(rig.sent()).toEqual([])
  })

  test("when the lines say nothing, or take everything back, in a batch that never ends", () => {
    for (const line of ["@batch=p X", "@batch=p;msgid=r :b!b@h REDACT #den x"]) {
      const rig = returned()
      rig.feed(":s BATCH +p chathistory #den")
      for (let i = 0; i < GAP_LENGTH_MAX / LINE_LENGTH_OVERHEAD; i++) rig.feed(line)
      rig.tale()
      rig.now += PATIENCE_MS
      rig.feed(line)
      rig.session.tick(rig.now)
      expect(rig.tale()).toMatchObject(["gap #den 0 false", expect.stringMatching(/^caughtUp \d+ false$/)])
    }
  })

  test("when all gaps together are too long, and at once where somebody speaks while too much waits", () => {
    const names = Array.from({ length: 9 }, (_, i) => `#c${i}`)
    const rig = returned(names)
    for (const name of names) {
      rig.feed(`:s BATCH +${name} chathistory ${name}`)
      const text = "x".repeat(1_000_000)
      for (let i = 0; i < 20; i++)
        rig.feed(`@batch=${name};msgid=${name}${i} :b!b@h PRIVMSG ${name} :${text}`)
      rig.feed(`:s BATCH -${name}`)
    }
    const asked = rig.sent()
    expect(asked.filter((line) => line.startsWith("CHATHISTORY"))).toHaveLength(6)
    expect(rig.tale().filter((word) => /^gap .* false$/.test(word))).toHaveLength(3)
    for (let i = 0; i <= HELD_MAX; i++) rig.feed(`:bob!b@h PRIVMSG ${names[i % 6]} :live`)
    expect(rig.tale()).toContainEqual(expect.stringMatching(/^gap #c\d 20 false$/))
  })

  function returned(channels = ["#den"]) {
    const rig = new ClientRig().settle()
    rig.feed(...channels.map((name) => `:alice!a@h JOIN ${name}`))
    rig.session.close(++rig.now)
    rig.register().targets()
    rig.feed(...channels.map((name) => `:alice!a@h JOIN ${name}`))
    rig.sent()
    rig.told()
    return rig
  }
})

test("tokens, capabilities and batches that mean nothing are not kept", () => {
  const rig = new ClientRig().settle(CAPS)
  const { view } = rig.session
  for (let i = 0; i < 2 * TOKENS_MAX; i++) {
    rig.feed(`:s 005 alice T${i}=x :are supported`, `:s CAP alice ACK :cap${i}`, `:s CAP alice LS * :batch`)
    rig.feed(`:s BATCH +l${i} labeled-response`, `:s BATCH +m${i} draft/multiline #den`)
  }
  expect(view.isupport.size).toBe(TOKENS_MAX)
  expect([...view.capabilities].filter((name) => name.startsWith("cap"))).toEqual([])
  expect(view.offered).toEqual(["batch"])
  rig.feed(":s 005 alice NETWORK=Other :are supported")
  expect(view.network).toBe("Other")
})

test("a message of many lines is cut", () => {
  const rig = new ClientRig().settle(CAPS)
  rig.feed(":bob!b@h BATCH +m draft/multiline #den")
  for (let i = 0; i < 1_000; i++) rig.feed(`@batch=m :bob!b@h PRIVMSG #den :${"x".repeat(1_000)}`)
  rig.feed(":bob!b@h BATCH -m")
  const [message] = rig.told()
  expect(message).toMatchObject({ type: "message" })
  expect((message as { text: string }).text.length).toBeLessThanOrEqual(65_536)
})
