// Two sides with sockets that take what they like.

import { expect, test } from "bun:test"
import * as fc from "fast-check"
import { Side } from "../../src/server/relay.ts"

class FakeSocket {
  readonly taken: number[] = []
  readonly heard: string[] = []
  /** Bytes it will take. */
  room = 0
  isPaused = false

  write(bytes: Uint8Array) {
    const part = bytes.subarray(0, this.room)
    this.taken.push(...part)
    this.room -= part.length
    return part.length
  }
  pause() {
    this.isPaused = true
    return true
  }
  resume() {
    this.isPaused = false
    return true
  }
  shutdown() {
    this.heard.push("shutdown")
  }
  end() {
    this.heard.push("end")
    return 0
  }
  terminate() {
    this.heard.push("terminate")
  }
}

function relay() {
  const [one, other] = [new FakeSocket(), new FakeSocket()] as const
  const sides = [new Side(one as never), new Side(other as never)] as const
  Side.join(...sides)
  return { one, other, sides }
}

test("everything arrives in order, and who writes is paused while there is no room", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 9 }), fc.nat(9))), (steps) => {
      const { one, other, sides } = relay()
      for (const [bytes, room] of steps) {
        // Some that were on their way come in spite of the pause.
        sides[0].received(bytes)
        other.room = room
        sides[1].drained()
      }
      const said = steps.flatMap(([bytes]) => [...bytes])
      expect(other.taken).toEqual(said.slice(0, other.taken.length))
      expect(one.isPaused).toBe(other.taken.length < said.length)
      sides[0].ended()
      expect(other.heard).toEqual(one.isPaused ? [] : ["shutdown"])
      other.room = Infinity
      sides[1].drained()
      expect(other.taken).toEqual(said)
      expect(one.isPaused).toBe(false)
      expect(other.heard).toEqual(["shutdown"])
    }),
  )
})

test("a side that is gone leaves the other what was still to be written, unless it broke", () => {
  for (const [isBroken, heard] of [
    [false, "end"],
    [true, "terminate"],
  ] as const) {
    const { other, sides } = relay()
    sides[0].received(Buffer.from("last words"))
    sides[0].closed(isBroken)
    expect(other.heard).toEqual(isBroken ? [heard] : [])
    other.room = Infinity
    sides[1].drained()
    expect(other.heard.at(-1)).toBe(isBroken ? "end" : heard)
    expect(Buffer.from(other.taken).toString()).toBe("last words")
    sides[1].closed(false)
    expect(sides[1].isGone).toBe(true)
  }
})
