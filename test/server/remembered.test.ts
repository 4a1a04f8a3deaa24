// What a certificate says is read once while it is remembered, and what is remembered has an end.

import { expect, test } from "bun:test"
import { remembered } from "../../src/server/remembered.ts"

test("each certificate is read once, one that names nobody too, and the oldest of ten thousand again", () => {
  const read: number[] = []
  const memberOf = remembered((der) => {
    const [number = 0] = new Uint32Array(der.buffer)
    read.push(number)
    return number === 7 ? undefined : { site: "lab.local", name: `member${number}` }
  })
  const of = (number: number) => memberOf(new Uint8Array(new Uint32Array([number]).buffer))
  for (let i = 0; i < 3; i++)
    expect([of(1), of(7)]).toEqual([{ site: "lab.local", name: "member1" }, undefined])
  expect(read).toEqual([1, 7])
  for (let i = 100; i < 10_099; i++) of(i)
  read.length = 0
  expect([of(7), of(1)]).toEqual([undefined, { site: "lab.local", name: "member1" }])
  expect(read).toEqual([1])
})
