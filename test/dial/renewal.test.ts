// A certificate is renewed in time and once; whatever is cut or refused, a pair that works is there.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { confirmNext, dropNext, keepNext, type Pair, readPair } from "../../src/dial/pair.ts"
import { renew } from "../../src/dial/renew.ts"
import { dueAt, Renewal, type RenewalOptions } from "../../src/dial/renewal.ts"
import { UserError } from "../../src/user-error.ts"
import { type TestAuthority, testAuthority } from "../support/certificates.ts"

const DAY_MS = 86_400_000
const NOW = Date.now()

let authority: TestAuthority
beforeAll(async () => {
  authority = await testAuthority()
})
afterAll(() => authority.cleanup())

/** Of alice's, valid from so many days ago for so many. */
async function pairOf(age: number, life: number): Promise<Pair> {
  const [notBefore, notAfter] = [new Date(NOW - age * DAY_MS), new Date(NOW + (life - age) * DAY_MS)]
  const { certPem: cert, keyPem: key } = await authority.issueClient("alice", { notBefore, notAfter })
  return { cert, key }
}

function folderWith({ cert, key }: Pair) {
  const path = mkdtempSync(join(tmpdir(), "chat-pair-"))
  writeFileSync(join(path, "me.pem"), cert)
  writeFileSync(join(path, "me.key"), key)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe("the pair", () => {
  test("a new one is shown, and the old one stays until it has worked", async () => {
    const [old, next] = [await pairOf(1, 30), await pairOf(0, 30)]
    using folder = folderWith(old)
    keepNext(folder.path, next)
    expect(readPair(folder.path)).toEqual(next)
    expect(readFileSync(join(folder.path, "me.key"), "utf8")).toBe(old.key)
    expect(statSync(join(folder.path, "next.key")).mode & 0o777).toBe(0o600)
    confirmNext(folder.path, old)
    expect(readFileSync(join(folder.path, "me.key"), "utf8")).toBe(old.key)
    confirmNext(folder.path, next)
    expect(readPair(folder.path)).toEqual(next)
    expect(readdirSync(folder.path).sort()).toEqual(["me.key", "me.pem"])
    expect(statSync(join(folder.path, "me.key")).mode & 0o777).toBe(0o600)
  })

  test("one that is refused gives way to the old one", async () => {
    const [old, next] = [await pairOf(1, 30), await pairOf(0, 30)]
    using folder = folderWith(old)
    keepNext(folder.path, next)
    dropNext(folder.path)
    expect(readPair(folder.path)).toEqual(old)
  })

  test("cut at any step, a whole one is there", async () => {
    const [old, next] = [await pairOf(1, 30), await pairOf(0, 30)]
    const states: [Record<string, string>, Pair][] = [
      [{ "next.key": next.key }, old],
      [{ "next.key": next.key, "next.pem": next.cert }, next],
      [{ "me.key": next.key, "next.pem": next.cert }, next],
      [{ "me.key": next.key, "me.pem": next.cert }, next],
      [{ "next.key": next.key, "next.pem": "half" }, old],
    ]
    for (const [files, expected] of states) {
      using folder = folderWith(old)
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text)
      expect(readPair(folder.path)).toEqual(expected)
      if (expected === next) {
        confirmNext(folder.path, next)
        dropNext(folder.path)
        expect(readPair(folder.path)).toEqual(next)
      }
    }
  })
})

test("it is due at two thirds of its life, a tenth more or less, and not for all at once", async () => {
  const due = await Promise.all(
    Array.from({ length: 40 }, async () => (dueAt((await pairOf(0, 30)).cert) - NOW) / DAY_MS),
  )
  for (const days of due) {
    expect(days).toBeGreaterThan(17.99)
    expect(days).toBeLessThan(22.01)
  }
  expect(Math.max(...due) - Math.min(...due)).toBeGreaterThan(1)
})

describe("renewal", () => {
  function renewalIn(folder: string, ask: RenewalOptions["ask"]) {
    const said: string[] = []
    const renewal = new Renewal({
      folder,
      name: "alice",
      ask,
      now: () => NOW,
      renewed: () => said.push("renewed"),
      failed: (why) => said.push(why),
    })
    renewal.pair()
    return { renewal, said }
  }
  const refusing = () => Promise.reject(new UserError("no"))

  test("of a young certificate none is asked for", async () => {
    using folder = folderWith(await pairOf(10, 30))
    const { renewal, said } = renewalIn(folder.path, refusing)
    renewal.worked()
    await renewal.end()
    expect(said).toEqual([])
    expect(readdirSync(folder.path).sort()).toEqual(["me.key", "me.pem"])
  })

  test("an old one is renewed with a word, used by the next connection, and confirmed by it", async () => {
    const [old, next] = [await pairOf(25, 30), await pairOf(0, 30)]
    using folder = folderWith(old)
    const asked: Pair[] = []
    const { renewal, said } = renewalIn(folder.path, async (former) => (asked.push(former), next))
    renewal.worked()
    await renewal.end()
    expect(asked).toEqual([old])
    expect(said).toEqual(["renewed"])
    expect(renewal.pair()).toEqual(next)
    expect(readFileSync(join(folder.path, "me.pem"), "utf8")).toBe(old.cert)
    renewal.worked()
    await renewal.end()
    expect(readFileSync(join(folder.path, "me.pem"), "utf8")).toBe(next.cert)
    expect(asked).toHaveLength(1)
  })

  test("somebody else's that comes into the folder is neither shown nor renewed", async () => {
    const old = await pairOf(25, 30)
    using folder = folderWith(old)
    const { renewal, said } = renewalIn(folder.path, refusing)
    const { certPem: cert, keyPem: key } = await authority.issueClient("bob")
    keepNext(folder.path, { cert, key })
    expect(renewal.pair()).toEqual(old)
    renewal.worked()
    await renewal.end()
    expect(said).toEqual([])
    expect(readPair(folder.path)).toEqual({ cert, key })
  })

  test("a new one that is refused is forgotten, and the old one is shown again", async () => {
    const [old, next] = [await pairOf(25, 30), await pairOf(0, 30)]
    using folder = folderWith(old)
    keepNext(folder.path, next)
    const { renewal } = renewalIn(folder.path, refusing)
    renewal.refused()
    expect(renewal.pair()).toEqual(old)
  })

  test("one that has ended is renewed once, or is what another program has renewed meanwhile", async () => {
    const [old, next, late] = [await pairOf(40, 30), await pairOf(0, 30), await pairOf(35, 30)]
    using folder = folderWith(old)
    const asked: Pair[] = []
    const { renewal, said } = renewalIn(folder.path, async (former) => (asked.push(former), late))
    expect(await renewal.revive()).toBe(true)
    expect([asked, said]).toEqual([[old], ["renewed"]])
    expect(renewal.pair()).toEqual(late)
    expect(await renewal.revive()).toBe(false)
    keepNext(folder.path, next)
    expect(await renewal.revive()).toBe(true)
    expect(asked).toHaveLength(1)
    expect(renewal.pair()).toEqual(next)
  })

  test("a failure is said when few days are left, once, and is not tried again at once", async () => {
    for (const [age, words] of [
      [25, []],
      [28, ["no"]],
    ] as const) {
      using folder = folderWith(await pairOf(age, 30))
      let asked = 0
      const first = renewalIn(folder.path, () => (asked++, refusing()))
      first.renewal.worked()
      await first.renewal.end()
      const second = renewalIn(folder.path, () => (asked++, refusing()))
      second.renewal.worked()
      await second.renewal.end()
      expect([first.said, second.said, asked]).toEqual([[...words], [], 1])
    }
  })

  test("a server that does not answer holds nobody up for long", async () => {
    using folder = folderWith(await pairOf(28, 30))
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } })
    const address = { host: "127.0.0.1", port: silent.port }
    const { renewal, said } = renewalIn(folder.path, (former, signal) =>
      renew(address, authority.caPem, former, signal),
    )
    renewal.worked()
    const begun = performance.now()
    await renewal.end()
    expect(performance.now() - begun).toBeLessThan(4000)
    expect(said).toEqual([`cannot reach 127.0.0.1:${silent.port} (no answer yet)`])
    silent.stop(true)
  })
})
