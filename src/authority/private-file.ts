// Private keys on disk: readable by their owner, written whole or not at all.
import { randomBytes } from "node:crypto"
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { dirname, resolve } from "node:path"
import { EXIT, UserError } from "../user-error.ts"

const OURS =
  /^(README\.md|\.gitignore|clients|(ca|server)\.(pem|key)|ca-[\d-]+\.(pem|key)|crl\.(pem|der)|.*\.new)$/

/** Writes a secret: mode 0600, on disk before it gets its name. The folder must exist. */
export function writePrivate(path: string, content: string | Uint8Array): void {
  writeWhole(path, content, 0o600)
}

/** Writes what anyone may read (a certificate) the same way: mode 0644 under the umask. */
export function writePublic(path: string, content: string | Uint8Array): void {
  writeWhole(path, content, 0o644)
}

/**
 * Makes a folder for keys (0700). One that exists is closed to others too when it holds nothing but our files; any
 * other folder (`--out .`) keeps its mode, since the keys' own mode protects them.
 */
export function privateFolder(path: string): void {
  try {
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 })
    else if (isOpen(path) && readdirSync(path).every((name) => OURS.test(name))) chmodSync(path, 0o700)
  } catch (cause) {
    throw new UserError(`cannot use the folder ${path}: ${reasonOf(cause)}`, {
      exitCode: EXIT.refusedToStart,
    })
  }
}

/** Refuses (78) a key that others than owner and group can read, with the command that mends it. */
export function assertPrivate(path: string, what = "private key"): void {
  if (process.platform === "win32" || (statSync(path).mode & 0o007) === 0) return
  throw new UserError(`the ${what} ${path} can be read by everyone on this machine`, {
    hint: `chmod 600 ${shellWord(path)}`,
    exitCode: EXIT.refusedToStart,
  })
}

function isOpen(folder: string): boolean {
  return process.platform !== "win32" && (statSync(folder).mode & 0o077) !== 0
}

/** A text as one word of a shell command. */
export function shellWord(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Why the file system did not do what was asked, in words. */
export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return REASONS.get(code ?? "") ?? message
}

const REASONS = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ENOTDIR", "a part of the path is not a folder"],
  ["EEXIST", "there is a file of that name"],
  ["EISDIR", "it is a folder"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
])

function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.new`
  try {
    // "wx" is O_CREAT | O_EXCL: a file or link that somebody planted under this name is an error, not a target.
    const file = openSync(temporary, "wx", mode)
    try {
      writeSync(file, typeof content === "string" ? Buffer.from(content) : content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw new UserError(`cannot write ${path}: ${reasonOf(cause)}`, {
      exitCode: EXIT.refusedToStart,
    })
  }
  syncFolder(dirname(resolve(path)))
}

/** The new name is durable when its folder is; Windows cannot open folders and needs no such thing. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return
  const folder = openSync(path, "r")
  fsyncSync(folder)
  closeSync(folder)
}
