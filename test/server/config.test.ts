import { describe, expect, test } from "bun:test"
import { DEFAULT_LIMITS } from "../../src/protocol/limits.ts"
import { readConfig } from "../../src/server/config.ts"
import { EXIT, UserError } from "../../src/user-error.ts"

const file = (text: string) => ({ path: "/etc/chat/chat.toml", text })

test("nothing given is a whole configuration", () => {
  const config = readConfig(undefined, {}, {})
  expect(config.limits).toEqual(DEFAULT_LIMITS)
  expect(config.server).toMatchObject({
    name: "chat.local",
    network: "chat",
    access: "members",
    clientCerts: "optional",
  })
  expect(config.throttling).toEqual({
    fakelag: true,
    connectionsPerAddress: 64,
    newConnectionsPerMinute: 600,
    exempt: [],
  })
})

test("flag > environment > file > default", () => {
  const text =
    '[server]\nname = "file"\ndescription = "of the file"\naccess = "open"\n[limits]\nsendq_bytes = 20000\n'
  const environment = { CHAT_NAME: "environment", CHAT_ACCESS: "members", CHAT_LIMITS_RECVQ_BYTES: "9000" }
  const config = readConfig(file(text), environment, { name: "flag", cert: undefined })
  expect(config.server).toMatchObject({ network: "flag", access: "members", description: "of the file" })
  expect(config.limits).toMatchObject({ sendqBytes: 20_000, recvqBytes: 9000 })
})

test("files are beside the file that names them, and beside the shell that is typed into", () => {
  const config = readConfig(
    file('[server]\nmotd = "motd.txt"\ncert = "/abs/server.pem"\n'),
    {},
    { key: "k.key" },
  )
  expect(config.server).toMatchObject({ motd: "/etc/chat/motd.txt", cert: "/abs/server.pem", key: "k.key" })
})

test("what can be off can be off", () => {
  const text =
    "[throttling]\nfakelag = false\nconnections_per_address = false\nnew_connections_per_minute = 0\n"
  expect(readConfig(file(text), {}, {}).throttling).toMatchObject({
    fakelag: false,
    connectionsPerAddress: 0,
    newConnectionsPerMinute: 0,
  })
})

test("a stranger registers an account where strangers are let in, unless somebody says otherwise", () => {
  const registration = (text: string, environment = {}) =>
    readConfig(file(text), environment, {}).accounts.registration
  expect(registration("")).toBe(false)
  expect(registration('[server]\naccess = "open"\n')).toBe(true)
  expect(registration('[server]\naccess = "open"\n[accounts]\nregistration = false\n')).toBe(false)
  expect(registration("", { CHAT_ACCOUNTS_REGISTRATION: "true" })).toBe(true)
  expect(readConfig(file("[accounts]\nregistrations_per_hour = false\n"), {}, {}).accounts).toMatchObject({
    registrationsPerHour: 0,
    passwordLengthMin: 8,
    passwordMemoryKib: 19_456,
    scramIterations: 600_000,
    alwaysOn: "opt-in",
    alwaysOnMs: Infinity,
  })
  const days = readConfig(file('[accounts]\nalways_on = "mandatory"\nalways_on_days = 30\n'), {}, {})
  expect(days.accounts).toMatchObject({ alwaysOn: "mandatory", alwaysOnMs: 30 * 86_400_000 })
})

test.each([
  ["registration = 1", "registration must be true or false"],
  ["scram_iterations = 1000", "scram_iterations must be a whole number from 4096 to 10000000"],
  ['always_on = "yes"', "always_on must be off, opt-in, opt-out or mandatory"],
  ["passwort_length_min = 8", "is not a key of chat.toml"],
])("[accounts] %s", (line, words) => {
  const refusal = () => readConfig(file(`[accounts]\n${line}\n`), {}, {})
  expect(refusal).toThrow(words)
  expect(refusal).toThrow("/etc/chat/chat.toml line 2")
})

test("addresses to listen on", () => {
  const given = ["0.0.0.0:6697", "[::1]:0", "localhost", "::"]
  expect(readConfig(undefined, {}, { listen: given }).server.listen).toEqual([
    { host: "0.0.0.0", port: 6697 },
    { host: "::1", port: 0 },
    { host: "localhost", port: 6697 },
    { host: "::", port: 6697 },
  ])
  expect(readConfig(undefined, { CHAT_LISTEN: "a:1, b:2" }, {}).server.listen).toHaveLength(2)
})

describe("what is wrong is named", () => {
  const cases: [
    what: string,
    text: string,
    environment: Record<string, string>,
    flags: Record<string, string>,
    message: RegExp,
    hint?: RegExp,
  ][] = [
    [
      "a key",
      '# x\n[server]\nacces = "open"\n',
      {},
      {},
      /^\/etc\/chat\/chat.toml line 3: server.acces is not a key/,
      /^did you mean access\?$/,
    ],
    ["a section", "[limit]\n", {}, {}, /line 1: limit is not a section/, /did you mean limits/],
    ["a limit's key", "[limits]\nnick_len = 9\n", {}, {}, /line 2: limits.nick_len is/, /nick_length/],
    ["a type", '[limits]\nsendq_bytes = "1M"\n', {}, {}, /line 2: limits.sendq_bytes must be a whole number/],
    ["a value", '[server]\naccess = "all"\n', {}, {}, /line 2: server.access must be members or open/],
    [
      "a range",
      '[throttling]\nexempt = ["10.0.0.0/99"]\n',
      {},
      {},
      /line 2: throttling.exempt.* must be an address/,
    ],
    ["a mode", '[server]\ndefault_user_modes = "io"\n', {}, {}, /line 2: .*modes must be letters of BiRTw/],
    ["a port", '[server]\nlisten = ["0.0.0.0:70000"]\n', {}, {}, /line 2: .* must be HOST:PORT/],
    [
      "a variable",
      "",
      { CHAT_ACCESS: "all" },
      {},
      /^the environment variable CHAT_ACCESS must be members or open$/,
    ],
    [
      "a variable of a section",
      "",
      { CHAT_LIMITS_NICK_LENGTH: "x" },
      {},
      /CHAT_LIMITS_NICK_LENGTH must be a whole/,
    ],
    ["a flag", "", {}, { client_certs: "maybe" }, /^--client-certs must be off, optional or required$/],
    ["a name that would break lines", "", {}, { name: "a b" }, /^--name must be letters/],
    ["TOML", "[server\n", {}, {}, /is not valid TOML/],
  ]
  for (const [what, text, environment, flags, message, hint] of cases) {
    test(what, () => {
      const error = errorOf(() => readConfig(file(text), environment, flags))
      expect(error.message).toMatch(message)
      expect(error.exitCode).toBe(EXIT.refusedToStart)
      if (hint) expect(error.hint).toMatch(hint)
    })
  }
})

function errorOf(action: () => unknown): UserError {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error("nothing was refused")
}

test("operators are a list, which no variable overrides", () => {
  const text =
    '[[oper]]\nname = "root"\npassword = "plain:sesame"\n[[oper]]\nname = "crier"\npassword = "$argon2id$x"\ncertificate = false\nrights = ["wallops"]\n'
  expect(readConfig(file(text), { CHAT_NAME: "x" }, { name: "y" }).operators).toEqual([
    {
      name: "root",
      password: "plain:sesame",
      certificate: true,
      rights: ["accounts", "audit", "ban", "kill", "redact", "rehash", "wallops"],
    },
    { name: "crier", password: "$argon2id$x", certificate: false, rights: ["wallops"] },
  ])
})

test.each([
  [
    '[[oper]]\nname = "root"\npassword = "sesame"\n',
    /oper\.0\.password must be plain:PASSWORD, or an argon2 hash/,
  ],
  ['[[oper]]\npassword = "plain:x"\n', /oper\.0\.name must be/],
  [
    '[[oper]]\nname = "root"\npassword = "plain:x"\nrights = ["all"]\n',
    /rights\.0 must be of accounts, audit, ban, kill, redact, rehash, wallops/,
  ],
  ['[oper]\nname = "root"\n', /oper must be written \[\[oper\]\]/],
  ['[[oper]]\nname = "root"\npassword = "plain:x"\nright = []\n', /oper\.0\.right is not a key/],
])("an operator that cannot be: %j", (text, why) => {
  expect(() => readConfig(file(text), {}, {})).toThrow(why)
})

test("proxies and gateways are lists; a fingerprint is read as people write it", () => {
  const fingerprint = "AB:".repeat(31)
  const { proxies, gateways } = readConfig(
    file(`[[proxy]]
listen = "[::]:6698"
from = ["10.0.0.0/8", "::1"]
[[webirc]]
name = "web"
from = ["192.0.2.1"]
fingerprint = "${fingerprint}CD"
[[webirc]]
name = "old"
from = ["192.0.2.2"]
password = "plain:x"
`),
    {},
    {},
  )
  expect(proxies).toMatchObject([{ listen: { host: "::", port: 6698 }, from: [{}, {}] }])
  expect(gateways).toMatchObject([
    { name: "web", fingerprint: `${"ab".repeat(31)}cd` },
    { name: "old", password: "plain:x" },
  ])
})

test.each([
  ["[proxy]\n", /line 1: proxy must be written \[\[proxy\]\]/],
  ['[[proxy]]\nlisten = "x:y"\nfrom = ["::1"]\n', /line 2: proxy\.0\.listen must be HOST:PORT/],
  ['[[proxy]]\nlisten = ":1"\nfrom = []\n', /line 2: proxy\.0\.listen must be HOST:PORT/],
  ['[[proxy]]\nlisten = "h:1"\nfrom = []\n', /line 3: proxy\.0\.from must name at least one range/],
  ['[[proxy]]\nlisten = "h:1"\n', /line 1: proxy\.0\.from must be a list of ranges/],
  ['[[proxy]]\nlisten = "h:1"\nfrom = ["::1"]\n[[proxy]]\nform = 1\n', /line 4: proxy\.1\.listen must be/],
  ['[[webirc]]\nname = "w"\nfrom = ["x"]\n', /line 3: webirc\.0\.from\.0 must be an address or a range/],
  [
    '[[webirc]]\nname = "w"\nfrom = ["::1"]\n',
    /line 1: webirc\.0 needs a password or a certificate's fingerprint/,
  ],
  [
    '[[webirc]]\nname = "w"\nfrom = ["::1"]\npassword = "x"\n',
    /line 4: webirc\.0\.password must be plain:PASSWORD/,
  ],
  [
    '[[webirc]]\nname = "w"\nfrom = ["::1"]\nfingerprint = "x"\n',
    /line 4: webirc\.0\.fingerprint must be a certificate's SHA-256/,
  ],
])("a proxy or gateway that cannot be: %j", (text, why) => {
  expect(() => readConfig(file(text), {}, {})).toThrow(why)
})

test("how long people may take back what they said", () => {
  const withinOf = (text: string) => readConfig(file(text), {}, {}).history.redactWithinMs
  expect(withinOf("")).toBe(86_400_000)
  expect(withinOf("[history]\nredact_within_hours = 0\n")).toBe(0)
  expect(withinOf("[history]\nredact_within_hours = false\n")).toBe(Infinity)
  expect(() => withinOf('[history]\nredact_within_hours = "a day"\n')).toThrow(/redact_within_hours/)
})
