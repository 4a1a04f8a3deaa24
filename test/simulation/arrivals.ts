// Who comes: with a certificate or without, with some capabilities, by some login, under one nick and then another.

import { CAPABILITIES, NO_IMPLICIT_NAMES } from "../../src/protocol/capabilities.ts"
import { NICKS } from "../support/chatter.ts"
import type { Stage } from "./acts.ts"

/** A connection, and the lines that make a session of it. */
export function arrival({ random, engine }: Stage) {
  const name = random.pick(NICKS)
  const serial = random.pick([...engine.net.certificates.keys(), "0"])
  const issuer = random.pick(["home", "home", "elsewhere"])
  const certificate = { name, issuer, fingerprint: "f", ...(random.chance(0.5) ? { serial } : {}) }
  const connection = {
    address: "192.0.2.1",
    host: "host",
    tlsVersion: "TLSv1.3",
    ...(random.chance(0.5) ? { certificate } : {}),
    ...(random.chance(0.5) ? { fingerprint: random.pick(["a", "b"]).repeat(128) } : {}),
  }
  // Without batches nobody can tell history from what is said now, and without names who is in a channel.
  const names = CAPABILITIES.filter(({ bit }) => bit !== NO_IMPLICIT_NAMES).map((one) => one.name)
  const wanted = names.filter((capability) => capability === "batch" || random.chance(0.6))
  const lines = [
    `CAP REQ :${wanted.join(" ")}`,
    "PASS sesame",
    `NICK ${random.pick(NICKS)}`,
    "USER u 0 * :U",
    ...random.pick([
      [],
      [],
      ["REGISTER * * sesame"],
      ["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"],
      ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa(`\0${name}\0sesame`)}`],
    ]),
    "CAP END",
  ]
  return { connection, lines }
}

/** Somebody of this account, by its certificate, and with as little else as history needs. */
export function returnOf(name: string) {
  const certificate = { name, issuer: "home", fingerprint: "f" }
  const connection = { address: "192.0.2.1", host: "host", tlsVersion: "TLSv1.3", certificate }
  const lines = ["CAP REQ :batch message-tags", "PASS sesame", `NICK ${name}`, "USER u 0 * :U", "CAP END"]
  return { connection, lines }
}
