// What bad input gets (the manual has the table): on the port before TLS, and in lines.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { connect as connectTcp, type Socket } from "node:net"
import { Irc } from "../support/irc.ts"
import { ALL } from "../support/program.ts"
import { NO_THROTTLING, startServer, type TestServer } from "../support/server.ts"
import { until } from "../support/until.ts"

const TLS_TIMEOUT_MS = 300

let server: TestServer
let watcher: Irc
beforeAll(async () => {
  server = await startServer({
    config: `${NO_THROTTLING}\n[limits]\ntls_timeout_ms = ${TLS_TIMEOUT_MS}\n`,
  })
  watcher = await Irc.register(server, "watcher", "message-tags")
  watcher.send("JOIN #den")
  await watcher.settled()
})
afterAll(() => server[Symbol.asyncDispose]())

describe("on the port, before TLS", () => {
  /** Sends bytes; resolves with how long the server kept the connection, and what it said. */
  function knock(bytes: Uint8Array | string): Promise<{ keptMs: number; said: Buffer }> {
    const begun = performance.now()
    const said: Uint8Array[] = []
    const socket: Socket = connectTcp(server.port, "127.0.0.1", () => socket.write(bytes))
    return new Promise((resolve) =>
      socket
        .on("data", (chunk) => said.push(Buffer.from(chunk)))
        .on("error", () => {})
        .on("close", () => resolve({ keptMs: performance.now() - begun, said: Buffer.concat(said) })),
    )
  }

  const GARBAGE = crypto.getRandomValues(new Uint8Array(4096)).fill(0xff, 0, 1)
  // A record of a ClientHello that is announced with 512 bytes and has 20.
  const HALF_HELLO = Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...new Uint8Array(14)])

  test.each([
    ["plain IRC", "NICK plain\r\nUSER plain 0 * :Plain\r\nJOIN #den\r\n"],
    ["HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["garbage", GARBAGE],
  ])("%s is closed, without a word of IRC", async (_, bytes) => {
    const { keptMs, said } = await knock(bytes)
    expect(keptMs).toBeLessThan(TLS_TIMEOUT_MS + 1000)
    expect(said.toString("latin1")).not.toMatch(/[A-Z]{4}/)
  })

  test.each([
    ["half a ClientHello", HALF_HELLO],
    ["silence", ""],
  ])("%s is closed at the deadline", async (_, bytes) => {
    const { keptMs } = await knock(bytes)
    expect(keptMs).toBeGreaterThan(TLS_TIMEOUT_MS - 50)
    expect(keptMs).toBeLessThan(TLS_TIMEOUT_MS + 1000)
  })

  test("all of it is counted, and nothing of it is kept", async () => {
    const { handshakesFailed, handshakesTimedOut, connections } = await server.status()
    expect({ handshakesFailed, handshakesTimedOut, connections }).toEqual({
      handshakesFailed: 3,
      handshakesTimedOut: 2,
      connections: 1,
    })
  })
})

describe("in lines", () => {
  /** What `bytes` get of the server, and that the watcher hears nothing of them. */
  async function answers(bytes: string | Uint8Array, ...capabilities: string[]): Promise<string[]> {
    const irc = await Irc.register(server, "bad", ...capabilities)
    irc.send("JOIN #den")
    await irc.settled()
    await watcher.settled()
    irc.write(bytes)
    const answered = await irc.settled()
    expect(await watcher.settled()).toEqual([])
    await irc.quit()
    await watcher.expect(/ QUIT /)
    return answered
  }

  const invalid = Uint8Array.from([...Buffer.from("PRIVMSG #den :caf"), 0xe9, ...Buffer.from(" au lait\r\n")])

  test.each([
    ["an unknown command", "FROBNICATE now\r\n", / 421 bad FROBNICATE :/],
    ["too few parameters", "JOIN\r\n", / 461 bad JOIN :/],
    ["a line of 513 bytes", `PRIVMSG #den :${"x".repeat(513 - 16)}\r\n`, / 417 bad :/],
    ["tags of 4,097 bytes", `@+x=${"y".repeat(4097 - 5)} PRIVMSG #den :hello\r\n`, / 417 bad :/],
    ["invalid UTF-8", invalid, / FAIL (\*|PRIVMSG) INVALID_UTF8 :/],
    ["a NUL", "PRIVMSG #den :a\0b\r\n", / FAIL (\*|PRIVMSG) INVALID_CHARACTER :/],
    ["a lone CR", "PRIVMSG #den :a\rQUIT\r\n", / FAIL (\*|PRIVMSG) INVALID_CHARACTER :/],
  ])("%s", async (_, bytes, answer) => {
    const answered = await answers(bytes, "standard-replies", "message-tags")
    expect(answered).toEqual([expect.stringMatching(answer)])
  })

  test("nothing, and lines of nothing", async () => {
    expect(await answers("\r\n\r\n\n   \r\n:\r\n@\r\n@a=b\r\n: \r\n")).toSatisfy((lines: string[]) =>
      lines.every((line) => / 421 /.test(line)),
    )
  })

  test("an unfinished line over the read buffer ends the connection", async () => {
    const irc = await Irc.register(server, "endless")
    irc.write("x".repeat(20_000))
    await irc.closed
    expect(irc.lines.at(-1)).toStartWith("ERROR :LINE_TOO_LONG ")
  })

  test("lines of every length around the limits, split at every byte", async () => {
    const irc = await Irc.register(server, "splitter", "echo-message")
    irc.send("JOIN #split", "PRIVMSG #split :x")
    const echoed = await irc.expect(/ PRIVMSG #split :x$/)
    // What others are sent has a source in front, so less than a whole line can be relayed.
    const relayedMax = 512 - "\r\n".length - (echoed.length - 1)
    const said = (length: number) => `PRIVMSG #split :${"é".repeat(length / 2)}${"e".repeat(length % 2)}\r\n`
    const sent = (bytes: number) => `PRIVMSG #split ${"x".repeat(bytes - 17)}\r\n`
    const lines = [
      ...[-2, -1, 0].map((more) => ({ line: said(relayedMax + more), answer: / PRIVMSG #split :é+e?$/ })),
      ...[1, 2].map((more) => ({ line: said(relayedMax + more), answer: / 417 splitter :/ })),
      ...[511, 512, 513, 514].map((bytes) => ({ line: sent(bytes), answer: / 417 splitter :/ })),
    ]
    await splitEverywhere(irc, lines)
    expect(await irc.settled()).toEqual([])
    await irc.quit()
  })

  /** A line's second part goes with the next line's first, and then its answer is awaited: so each part is read alone. */
  async function splitEverywhere(irc: Irc, lines: readonly { line: string; answer: RegExp }[]) {
    let rest = Buffer.alloc(0)
    let due: RegExp | undefined
    for (const { line, answer } of lines) {
      const bytes = Buffer.from(line)
      for (let cut = 1; cut < bytes.length; cut += ALL ? 1 : 7) {
        irc.write(Buffer.concat([rest, bytes.subarray(0, cut)]))
        if (due) await irc.expect(due)
        rest = bytes.subarray(cut)
        due = answer
      }
    }
    irc.write(rest)
    if (due) await irc.expect(due)
  }
})

test("after all of that the server is as it was", async () => {
  expect(await watcher.settled()).toEqual([])
  expect(await until(async () => (await server.status()).connections === 1, "others to be gone")).toBe(true)
  expect(server.said).not.toContain("defect")
  await watcher.quit()
})
