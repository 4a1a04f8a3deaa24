import { describe, expect, test } from "bun:test"
import { CAPS, ClientRig } from "../support/client-rig.ts"

describe("capabilities", () => {
  test("what is offered and understood is asked for, in one line", () => {
    const rig = new ClientRig()
    rig.session.open(rig.now)
    expect(rig.sent()).toEqual(["CAP LS 302", "NICK alice", "USER alice 0 * :Alice"])
    rig.feed(":s CAP * LS * :sasl=PLAIN batch", ":s CAP * LS :server-time tls=6697")
    expect(rig.sent()).toEqual(["CAP REQ :batch server-time"])
    rig.feed(":s CAP * ACK :batch server-time")
    expect(rig.sent()).toEqual(["CAP END"])
    expect([...rig.session.view.capabilities]).toEqual(["batch", "server-time"])
  })

  test("nothing of use, or a refusal, ends the negotiation", () => {
    const none = new ClientRig()
    none.session.open(none.now)
    none.sent()
    none.feed(":s CAP * LS :sasl")
    expect(none.sent()).toEqual(["CAP END"])
    const refused = new ClientRig()
    refused.session.open(refused.now)
    refused.feed(":s CAP * LS :batch", ":s CAP * NAK :batch")
    expect(refused.sent().at(-1)).toBe("CAP END")
  })

  test("a server without CAP registers all the same", () => {
    const rig = new ClientRig()
    rig.session.open(rig.now)
    rig.feed(":s 421 * CAP :Unknown command", "PING :x1", ":s 001 alice :Welcome", ":s 376 alice :End")
    expect(rig.sent()).toEqual(["CAP LS 302", "NICK alice", "USER alice 0 * :Alice", "PONG :x1", "JOIN #den"])
    expect(rig.tale()).toEqual(["answer", "registered"])
  })

  test("new offers are taken and old ones given up while the session goes on", () => {
    const rig = new ClientRig().settle("batch")
    rig.feed(
      ":s CAP alice NEW :echo-message sasl",
      ":s CAP alice ACK :echo-message",
      ":s CAP alice DEL :batch",
    )
    expect(rig.sent()).toEqual(["CAP REQ :echo-message"])
    expect([...rig.session.view.capabilities]).toEqual(["echo-message"])
  })
})

describe("a nick in use", () => {
  test("an underscore is put behind, and the nick taken back when its holder quits", () => {
    const rig = new ClientRig()
    rig.session.open(rig.now)
    rig.sent()
    rig.feed(":s 433 * alice :in use")
    expect(rig.sent()).toEqual(["NICK alice_"])
    expect(rig.tale()).toEqual(["nickTaken alice alice_"])
    rig.feed(
      ":s 001 alice_ :hi",
      ":s 376 alice_ :end",
      ":alice_!a@h JOIN #den",
      ":s 353 alice_ = #den :alice_ alice",
    )
    rig.sent()
    rig.feed(":alice!x@y QUIT :bye")
    expect(rig.sent()).toEqual(["NICK alice"])
    rig.feed(":alice_!a@h NICK alice")
    expect(rig.session.view.nick).toBe("alice")
    expect(rig.session.view.source).toBe("alice!a@h")
  })

  test("it is tried again now and then, silently", () => {
    const rig = new ClientRig().register("", "alice_")
    rig.sent()
    rig.told()
    rig.session.tick(rig.now + 10_000)
    expect(rig.sent()).toEqual([])
    rig.session.tick(rig.now + 31_000)
    expect(rig.sent()).toEqual(["NICK alice"])
    rig.feed(":s 433 alice_ alice :in use")
    expect(rig.told()).toEqual([])
  })

  test("who insists on a nick, or finds all of them taken, does not get in", () => {
    const strict = new ClientRig({ nickFixed: true })
    strict.session.open(strict.now)
    strict.feed(":s 433 * alice :in use")
    expect(strict.tale()).toEqual(["nickTaken alice undefined"])
    const unlucky = new ClientRig()
    unlucky.session.open(unlucky.now)
    unlucky.feed(...["alice", "alice_", "alice__", "alice___"].map((nick) => `:s 433 * ${nick} :in use`))
    expect(unlucky.tale().at(-1)).toBe("nickTaken alice undefined")
  })

  test("a refused /nick is answered and the old one stays wanted", () => {
    const rig = new ClientRig().settle()
    rig.session.rename("bob")
    rig.feed(":s 433 alice bob :in use")
    expect(rig.tale()).toEqual(["error"])
    expect(rig.session.registration.wanted).toBe("alice")
  })
})

test("who comes for one thing is nobody's presence, where the server knows such a thing", () => {
  const visitor = new ClientRig({ isNowhere: true })
  visitor.session.open(visitor.now)
  visitor.feed(":s CAP * LS :batch draft/pre-away", ":s CAP * ACK :batch draft/pre-away")
  expect(visitor.sent().slice(-3)).toEqual(["CAP REQ :batch draft/pre-away", "AWAY *", "CAP END"])
  const person = new ClientRig()
  person.session.open(person.now)
  person.feed(":s CAP * LS :batch draft/pre-away", ":s CAP * ACK :batch")
  expect(person.sent().slice(-2)).toEqual(["CAP REQ :batch", "CAP END"])
})

test.each([
  ["ERROR :KICKED too loud", "refused KICKED too loud"],
  ["ERROR :BANNED", "refused BANNED "],
  [":s FAIL * CERT_REQUIRED :members only", "refused CERT_REQUIRED members only"],
  ["ERROR :Closing Link: host (Ping timeout)", "refused undefined Closing Link: host (Ping timeout)"],
])("the server's last word: %s", (line, tale) => {
  const rig = new ClientRig().settle(CAPS)
  rig.feed(line)
  expect(rig.tale()).toEqual([tale])
})
