// Secrets that nobody else would write, and a search for them in everything that was written: as they are, and as programs write
// bytes: in base64, in hexadecimal, percent-encoded, in UTF-16, wrapped in lines, or as a hash that anybody could try guesses on.

import { Database } from "bun:sqlite"
import { createHash, randomBytes } from "node:crypto"
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Canary {
  readonly name: string
  readonly forms: readonly Buffer[]
}

/** A secret in a file where it must not be; or where it had to be and was not. */
export interface Finding {
  readonly canary: string
  readonly file: string
}

export class Canaries {
  readonly #all: Canary[] = []

  /** A new secret: letters and digits, so that no writer has to quote it. */
  password(name: string): string {
    const text = `Canary${randomBytes(8).toString("hex")}`
    this.secret(name, Buffer.from(text), true)
    return text
  }

  /** A secret that was made elsewhere; `isGuessable` when a quick hash of it gives it away, too. */
  secret(name: string, bytes: Uint8Array, isGuessable = false) {
    const secret = Buffer.from(bytes)
    const hashes = isGuessable
      ? ["md5", "sha1", "sha256", "sha512"].map((hash) => createHash(hash).update(secret).digest())
      : []
    this.#all.push({ name, forms: [secret, ...hashes].flatMap(formsOf) })
  }

  /** Names of the secrets in there. */
  in(bytes: Buffer): string[] {
    // Line ends that wrap base64, and those that JSON writes for them.
    const unwrapped = Buffer.from(bytes.toString("latin1").replace(/\s|\\[rn]/g, ""), "latin1")
    const has = (form: Buffer) => bytes.includes(form) || unwrapped.includes(form)
    return this.#all.filter(({ forms }) => forms.some(has)).map(({ name }) => name)
  }

  /** Every secret in every file below `folder`, databases row by row as well. */
  under(folder: string): Finding[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((file) => {
      const path = join(folder, file)
      if (!statSync(path).isFile()) return []
      const bytes = readFileSync(path)
      // The reserve for a full disk.
      if (bytes.equals(Buffer.alloc(bytes.length))) return []
      const found = [...this.in(bytes), ...(isDatabase(bytes) ? this.in(rowsOf(path)) : [])]
      return [...new Set(found)].map((canary) => ({ canary, file }))
    })
  }
}

function formsOf(secret: Buffer): Buffer[] {
  const hex = secret.toString("hex")
  // What stands before it in base64 shifts it by no, one or two bytes; the characters that it shares with others are left out.
  const shifted = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), secret])
    const whole = Math.floor(bytes.length / 3) * 4
    return bytes.toString("base64").slice(before === 0 ? 0 : 4, whole)
  })
  const texts = [
    hex,
    hex.toUpperCase(),
    hex.replace(/../g, "$&:").toUpperCase().slice(0, -1),
    hex.replace(/../g, "%$&"),
    ...shifted,
    ...shifted.map((base64) => base64.replaceAll("+", "-").replaceAll("/", "_")),
  ]
  // Half of one is half a guess.
  const half = Math.ceil(secret.length / 2)
  const halves = [secret.subarray(0, half), secret.subarray(-half)]
  return [
    secret,
    ...halves,
    Buffer.from(secret.toString("latin1"), "utf16le"),
    ...texts.map((text) => Buffer.from(text)),
  ]
}

function isDatabase(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, 15) === "SQLite format 3"
}

/** All rows of all tables as one text: a value that is longer than a page lies in pieces in the file. */
function rowsOf(path: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "chat-canaries-"))
  try {
    const copy = join(folder, "copy.db")
    copyFileSync(path, copy)
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
    using db = new Database(copy)
    const tables = db
      .query<{ name: string }, []>(
        "select name from sqlite_schema where type = 'table' and sql not like 'create virtual %'",
      )
      .all()
    return Buffer.from(
      tables.map(({ name }) => JSON.stringify(db.query(`select * from "${name}"`).values())).join(),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
