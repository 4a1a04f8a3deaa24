import { describe, expect, test } from "bun:test"
import type { Login } from "../../src/client/sasl.ts"
import { scramSha256 } from "../../src/dial/scram.ts"
import { ClientRig } from "../support/client-rig.ts"

// The example of https://www.rfc-editor.org/rfc/rfc7677#section-3
const NONCE = "rOprNGfwEbeRWgbNEkqO"
const scram = { ...scramSha256, nonce: () => NONCE }
const PASSWORD: Login = { account: "user", password: "pencil", certified: false, scram }
const base64 = (text: string) => Buffer.from(text).toString("base64")

/** As far as the capabilities are settled. */
function negotiated(login: Login, offer: string, binding?: Uint8Array) {
  const rig = new ClientRig({ login })
  rig.session.open(rig.now, binding)
  rig.feed(`:s CAP * LS :${offer}`, `:s CAP * ACK :${offer.replace(/=\S+/, "")}`)
  return rig
}

test("SCRAM-SHA-256 rather than PLAIN, as in the RFC's example; the server proves itself too", () => {
  const rig = negotiated(PASSWORD, "sasl=PLAIN,SCRAM-SHA-256")
  expect(rig.sent().slice(-2)).toEqual(["CAP REQ :sasl", "AUTHENTICATE SCRAM-SHA-256"])
  rig.feed("AUTHENTICATE +")
  expect(rig.sent()).toEqual([`AUTHENTICATE ${base64(`n,,n=user,r=${NONCE}`)}`])
  const nonce = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
  rig.feed(`AUTHENTICATE ${base64(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)}`)
  const proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
  expect(rig.sent()).toEqual([`AUTHENTICATE ${base64(`c=biws,r=${nonce},p=${proof}`)}`])
  rig.feed(`AUTHENTICATE ${base64("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")}`)
  expect(rig.sent()).toEqual(["AUTHENTICATE +"])
  rig.feed(":s 900 * user!u@h user :You are now logged in", ":s 903 * :SASL authentication successful")
  expect(rig.sent()).toEqual(["CAP END"])
  expect(rig.told()).toEqual([{ type: "loggedIn", account: "user" }])
})

describe("where the connection has a name", () => {
  const BINDING = new Uint8Array([1, 200, 3])
  const CHALLENGE = `AUTHENTICATE ${base64(`r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)}`
  const bound = (offer: string) => negotiated(PASSWORD, offer, BINDING)

  test("the login is bound to it", () => {
    const rig = bound("sasl=PLAIN,SCRAM-SHA-256,SCRAM-SHA-256-PLUS")
    expect(rig.sent().at(-1)).toBe("AUTHENTICATE SCRAM-SHA-256-PLUS")
    rig.feed("AUTHENTICATE +")
    expect(rig.sent()).toEqual([`AUTHENTICATE ${base64(`p=tls-exporter,,n=user,r=${NONCE}`)}`])
    rig.feed(CHALLENGE)
    const [line = ""] = rig.sent()
    const c = Buffer.concat([Buffer.from("p=tls-exporter,,"), BINDING]).toString("base64")
    expect(Buffer.from(line.split(" ")[1]!, "base64").toString()).toStartWith(`c=${c},r=${NONCE}x,p=`)
  })

  test("a server that offers no binding is told that we would have", () => {
    const rig = bound("sasl=PLAIN,SCRAM-SHA-256")
    rig.feed("AUTHENTICATE +", CHALLENGE)
    const [first, final] = rig
      .sent()
      .slice(-2)
      .map((line) => Buffer.from(line.split(" ")[1]!, "base64"))
    expect(first?.toString()).toBe(`y,,n=user,r=${NONCE}`)
    expect(final?.toString()).toStartWith(`c=${base64("y,,")},`)
  })
})

test.each([
  ["a wrong signature", `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, "v=AAAA"],
  ["a nonce that is not ours", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", undefined],
  ["too little work", `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095`, undefined],
  ["too much work", `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999`, undefined],
  ["nonsense", "hello", undefined],
])("a server that shows %s is not believed", (_, first, last) => {
  const rig = negotiated(PASSWORD, "sasl=SCRAM-SHA-256")
  rig.feed("AUTHENTICATE +", `AUTHENTICATE ${base64(first)}`)
  if (last !== undefined) rig.feed(`AUTHENTICATE ${base64(last)}`)
  expect(rig.sent().at(-1)).toBe("AUTHENTICATE *")
  expect(rig.tale()).toEqual(["loginRefused 906 the server could not prove that it knows the password"])
})

test("nor one that says it is done before it has shown anything", () => {
  const rig = negotiated(PASSWORD, "sasl=SCRAM-SHA-256")
  rig.feed("AUTHENTICATE +", ":s 903 * :SASL authentication successful")
  expect(rig.sent()).not.toContain("CAP END")
  expect(rig.tale()).toEqual(["loginRefused 906 the server could not prove that it knows the password"])
})

describe("a server that is held to a mechanism", () => {
  const held = (...expected: string[]) => ({ ...PASSWORD, expected })
  const CERTIFIED: Login = { account: undefined, password: undefined, certified: true, scram }

  test.each<[string, Login, string, string]>([
    ["PLAIN for SCRAM", held("SCRAM-SHA-256"), "sasl=PLAIN", "SCRAM-SHA-256: it offers PLAIN"],
    [
      "SCRAM for a bound one",
      held("PLAIN", "SCRAM-SHA-256-PLUS"),
      "sasl=PLAIN,SCRAM-SHA-256",
      "SCRAM-SHA-256-PLUS: it offers PLAIN, SCRAM-SHA-256",
    ],
    ["no list", held("SCRAM-SHA-256"), "sasl", "SCRAM-SHA-256: it does not say what it offers"],
    ["nothing", held("SCRAM-SHA-256"), "batch", "SCRAM-SHA-256: it does not say what it offers"],
    ["a password for a certificate", held("EXTERNAL"), "sasl=PLAIN", "EXTERNAL: it offers PLAIN"],
    [
      "no certificate any more",
      { ...CERTIFIED, expected: ["EXTERNAL"] },
      "sasl=PLAIN",
      "EXTERNAL: it offers PLAIN",
    ],
  ])("and offers less (%s) is given nothing", (_, login, offer, reason) => {
    const rig = negotiated(login, offer, new Uint8Array([1]))
    expect(rig.tale()).toEqual([`loginRefused WEAKER ${reason}`])
    expect(rig.sent().filter((line) => /AUTHENTICATE|CAP END/.test(line))).toEqual([])
  })

  test.each([false, true])("is held to what worked once, in the same run too (%p)", (mayBeWeaker) => {
    const rig = negotiated({ ...CERTIFIED, mayBeWeaker }, "sasl=EXTERNAL")
    expect(rig.session.sasl.proven).toEqual([])
    rig.feed("AUTHENTICATE +", ":s 903 * :done")
    expect(rig.session.sasl.proven).toEqual(["EXTERNAL"])
    rig.session.close(rig.now)
    rig.session.open(rig.now)
    rig.feed(":s CAP * LS :sasl=PLAIN", ":s CAP * ACK :sasl")
    expect(rig.tale()).toEqual(["loginRefused WEAKER EXTERNAL: it offers PLAIN"])
  })

  test("and may be weaker this once is logged in to, and still held to it afterwards", () => {
    const rig = negotiated({ ...held("SCRAM-SHA-256"), mayBeWeaker: true }, "sasl=PLAIN")
    rig.feed("AUTHENTICATE +", ":s 903 * :done")
    expect(rig.tale()).toEqual([])
    expect(rig.session.sasl.proven).toEqual(["SCRAM-SHA-256", "PLAIN"])
  })

  test("and offers as much, or more, is logged in to", () => {
    const rig = negotiated(held("SCRAM-SHA-256", "EXTERNAL"), "sasl=EXTERNAL,PLAIN,SCRAM-SHA-256")
    expect(rig.sent().at(-1)).toBe("AUTHENTICATE SCRAM-SHA-256")
  })
})

test("PLAIN where there is nothing better, in pieces of 400 bytes", () => {
  const rig = negotiated({ ...PASSWORD, password: "x".repeat(293) }, "sasl=PLAIN")
  rig.sent()
  rig.feed("AUTHENTICATE +")
  const [first = "", second = "", ...rest] = rig.sent()
  expect(first).toHaveLength("AUTHENTICATE ".length + 400)
  expect(second).toBe("AUTHENTICATE +")
  expect(rest).toEqual([])
})

describe("a refusal", () => {
  test.each([
    ["904", ":s 904 * :SASL authentication failed"],
    ["902", ":s 902 * :You must use a nick assigned to you"],
  ])("%s ends it, in the server's words", (code, line) => {
    const rig = negotiated(PASSWORD, "sasl=PLAIN")
    rig.feed(":s 908 * PLAIN :are available SASL mechanisms", line)
    expect(rig.tale()).toEqual([`loginRefused ${code} ${line.split(" :")[1]}`])
    expect(rig.sent()).not.toContain("CAP END")
  })

  test("a server without SASL is one, too", () => {
    const rig = negotiated(PASSWORD, "batch")
    expect(rig.tale()).toEqual(["loginRefused NO_SASL it offers no way to log in that this program knows"])
  })
})

describe("a certificate", () => {
  const CERTIFIED: Login = { account: undefined, password: undefined, certified: true, scram }

  test("logs in by EXTERNAL where it is offered", () => {
    const rig = negotiated(CERTIFIED, "sasl=PLAIN,EXTERNAL")
    expect(rig.sent().at(-1)).toBe("AUTHENTICATE EXTERNAL")
    rig.feed("AUTHENTICATE +")
    expect(rig.sent()).toEqual(["AUTHENTICATE +"])
    rig.feed(":s 903 * :done")
    expect(rig.sent()).toEqual(["CAP END"])
  })

  test("that the server takes for somebody else's ends it", () => {
    const rig = negotiated({ ...CERTIFIED, holder: "alice" }, "sasl=EXTERNAL")
    rig.feed("AUTHENTICATE +", ":s 900 * *!*@* mallory :You are now logged in as mallory", ":s 903 * :done")
    expect(rig.sent()).not.toContain("CAP END")
    expect(rig.tale()).toEqual([
      "loginRefused NOT_OURS your certificate is alice's, and the server saw that of mallory",
    ])
  })

  test("that belongs to no account is no error: nobody asked for one", () => {
    const rig = negotiated(CERTIFIED, "sasl=EXTERNAL")
    rig.feed("AUTHENTICATE +", ":s 904 * :SASL authentication failed")
    expect(rig.sent().at(-1)).toBe("CAP END")
    expect(rig.tale()).toEqual([])
  })
})
