// Our certificate and key in a server's folder: `me.pem` and `me.key`, and beside them `next.pem` and `next.key` from a renewal
// until the server has let us in with them. Whatever is cut, one whole pair is there.

import { X509Certificate } from "node:crypto"
import { readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { readPrivateKey } from "../authority/keys.ts"
import { writePrivate, writePublic } from "../authority/private-file.ts"

/** PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** The newest pair. */
export function readPair(folder: string): { cert: string | undefined; key: string | undefined } {
  const [next, cert, nextKey, key] = ["next.pem", "me.pem", "next.key", "me.key"].map((name) =>
    textOf(join(folder, name)),
  )
  if (next !== undefined) {
    // Its key may have got its last name already.
    const fitting = [nextKey, key].find((candidate) => candidate !== undefined && fits(next, candidate))
    if (fitting !== undefined) return { cert: next, key: fitting }
  }
  return { cert, key }
}

/** Keeps a pair that nobody has seen yet, beside the one that works. */
export function keepNext(folder: string, { cert, key }: Pair) {
  writePrivate(join(folder, "next.key"), key)
  writePublic(join(folder, "next.pem"), cert)
}

/** This pair works: it takes the other's place. Nothing is done when it is not the one that is kept. */
export function confirmNext(folder: string, { cert, key }: Pair) {
  const [next, nextKey] = ["next.pem", "next.key"].map((name) => textOf(join(folder, name)))
  if (next !== cert) return
  if (nextKey === key) renameSync(join(folder, "next.key"), join(folder, "me.key"))
  if (textOf(join(folder, "me.key")) === key) renameSync(join(folder, "next.pem"), join(folder, "me.pem"))
}

/** This pair is refused, or another one was given: what was there before counts. */
export function dropNext(folder: string) {
  // Where its key has taken the other's place already, there is no way back.
  if (textOf(join(folder, "next.key")) === undefined) return
  for (const name of ["next.pem", "next.key"]) rmSync(join(folder, name), { force: true })
}

function fits(cert: string, keyPem: string): boolean {
  const key = readPrivateKey(keyPem)
  try {
    return key !== undefined && new X509Certificate(cert).checkPrivateKey(key)
  } catch {
    return false
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
