// Fingerprints for people and machines.

import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { matchesPin, parsePin, parseWords, pinOf, sixWords } from "../../src/authority/pin.ts"
import { WORDS } from "../../src/authority/word-list.ts"
import { testAuthority, type TestAuthority } from "../support/certificates.ts"

describe("the list", () => {
  test("is frozen: the words that were read to people stay true", () => {
    expect(WORDS).toHaveLength(2048)
    const hash = createHash("sha256").update(WORDS.join("\n")).digest("hex")
    expect(hash).toBe("43a56773a0ad7c71c79761665bb1a140a9844dc7c5ee3cdb929cf2ad0a6e3482")
  })

  test("has short lower-case words in order, each once", () => {
    expect(WORDS.filter((word) => !/^[a-z]{3,7}$/.test(word))).toEqual([])
    expect([...new Set(WORDS)].sort()).toEqual([...WORDS])
  })

  test("has no two words that one wrong, missing or exchanged letter turns into each other", () => {
    const known = new Set(WORDS)
    const slips = WORDS.flatMap((word) =>
      oneSlipFrom(word).filter((slip) => slip !== word && known.has(slip)),
    )
    expect(slips).toEqual([])
  })
})

describe("six words", () => {
  test.each([
    ["0".repeat(64), "abacus-abacus-abacus-abacus-abacus-abacus"],
    ["f".repeat(64), "zoom-zoom-zoom-zoom-zoom-zoom"],
    ["0123456789abcdef".repeat(4), "acorn-blot-feed-barrier-quota-video"],
    // Eleven bits each: 0, 1, 2, 3, 4, 5.
    ["000004010030080140".padEnd(64, "0"), "abacus-above-absorb-acacia-academy-accent"],
  ])("of %s are %s", (pin, words) => {
    expect(sixWords(pin)).toBe(words)
  })

  test("are the first 66 bits, in whatever way they are written", () => {
    const pin = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    const words = sixWords(pin)
    const expected = { bits: 66, value: BigInt(`0x${pin}`) >> 190n }
    for (const text of [
      words,
      words.replaceAll("-", " "),
      `  ${words.toUpperCase()}\n`,
      words.replace("-", " - "),
    ]) {
      expect(parseWords(text)).toEqual(expected)
    }
  })

  test.each([
    ["abacus-abacus-abacus-abacus-abacus", "is six words; these are 5", /read them again/],
    [
      "abacus-abacus-abacus-abacus-abacus-abakus",
      '"abakus" is not one of the words',
      /did you mean abacus\?/,
    ],
    ["abacus-abacus-abacus-abacus-abacus-bacaus", '"bacaus" is not one of the words', /six words, such as/],
    [
      "abacus-abacus-abacus-abacus-abacus-abcaus",
      '"abcaus" is not one of the words',
      /did you mean abacus\?/,
    ],
    ["\x1b[31mred", '"?[31mred" is not one of the words', /six words/],
  ])("%j: %s", (text, message, hint) => {
    const thrown = thrownBy(() => parseWords(text))
    expect(thrown).toMatchObject({ message: expect.stringContaining(message), exitCode: 2 })
    expect((thrown as { hint: string }).hint).toMatch(hint)
  })
})

describe("a pin", () => {
  let ca: TestAuthority
  let other: TestAuthority

  beforeAll(async () => {
    ca = await testAuthority()
    other = await testAuthority()
  })
  afterAll(() => [ca, other].forEach((authority) => authority.cleanup()))

  test("is SHA-256 over the key, as openssl computes it", () => {
    const command = `openssl x509 -in '${ca.caPath}' -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum`
    const { stdout } = Bun.spawnSync(["sh", "-c", command])
    expect(pinOf(ca.caPem)).toBe(String(stdout).slice(0, 64))
  })

  test("matches its authority, as words and as hex, and no other", () => {
    const hex = pinOf(ca.caPem)
    const colons = hex.toUpperCase().match(/../g)!.join(":")
    for (const pin of [sixWords(ca.caPem), hex, colons, parsePin(hex)]) {
      expect(matchesPin(ca.caPem, pin)).toBe(true)
      expect(matchesPin(other.caPem, pin)).toBe(false)
    }
  })

  test("is all of the digits: half a fingerprint is refused", () => {
    expect(() => parsePin(pinOf(ca.caPem).slice(0, 32))).toThrow("is not one of the words")
  })
})

function oneSlipFrom(word: string): string[] {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"]
  const cuts = Array.from({ length: word.length + 1 }, (_, i) => [word.slice(0, i), word.slice(i)] as const)
  return cuts.flatMap(([head, tail]) => [
    head + tail.slice(1),
    ...(tail.length > 1 ? [head + tail[1]! + tail[0]! + tail.slice(2)] : []),
    ...letters.flatMap((letter) => [head + letter + tail.slice(1), head + letter + tail]),
  ])
}

function thrownBy(body: () => unknown): unknown {
  try {
    return body()
  } catch (error) {
    return error
  }
}
