// The data directory: where everything that a server must keep lives, for its owner alone. It holds the key of the
// site's authority, so nobody else may look into it: https://specifications.freedesktop.org/basedir-spec/latest/

import { accessSync, chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { isAbsolute, join, resolve } from "node:path"
import { EXIT, UserError } from "../user-error.ts"

/** Absolute paths of what a data directory holds; whether each exists is its user's business. */
export interface DataDirectory {
  readonly path: string
  readonly lock: string
  readonly log: string
  readonly reserve: string
  readonly snapshot: string
  readonly authority: string
  readonly adminSocket: string
  readonly relaySocket: string
  readonly backups: string
  /** Is there when the log was found to be damaged. */
  readonly damaged: string
  /** What a restore is made of, for as long as it is not done. */
  readonly restoring: string
}

export function dataDirectory(path: string): DataDirectory {
  const base = resolve(path)
  return {
    path: base,
    lock: join(base, "lock.db"),
    log: join(base, "log.db"),
    reserve: join(base, "reserve"),
    snapshot: join(base, "snapshot"),
    authority: join(base, "authority"),
    adminSocket: join(base, "admin.sock"),
    relaySocket: join(base, "relay.sock"),
    backups: join(base, "backups"),
    damaged: join(base, "damaged"),
    restoring: join(base, "restoring"),
  }
}

/** `$XDG_DATA_HOME/chat/server`; a relative XDG_DATA_HOME counts as unset, as the specification says. */
export function defaultDataDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const given = environment["XDG_DATA_HOME"]
  const home = environment["HOME"] || homedir()
  const base = given !== undefined && isAbsolute(given) ? given : join(home, ".local", "share")
  return join(base, "chat", "server")
}

/** Makes the directory if need be and closes it to others (0700); a UserError says what stands in the way. */
export function makeDataDirectory(path: string): DataDirectory {
  const directory = dataDirectory(path)
  try {
    mkdirSync(directory.path, { recursive: true, mode: 0o700 })
    keepOthersOut(directory)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`cannot use the data directory ${directory.path}: ${reasonOf(error)}`, {
      hint: "name another with --data DIR, or make this one writable for the user that runs the server",
      exitCode: EXIT.refusedToStart,
    })
  }
  return directory
}

const OTHERS = 0o077

// A directory that is empty or already ours is closed; one that holds other things may be `/tmp` or a home by
// mistake, and changing its mode would break what is not ours.
function keepOthersOut(directory: DataDirectory): void {
  if (process.platform === "win32" || (statSync(directory.path).mode & OTHERS) === 0) return
  const ours = existsSync(directory.lock) || readdirSync(directory.path).length === 0
  if (!ours) {
    throw new UserError(`the data directory ${directory.path} is open to other users and holds other files`, {
      hint: `name an empty directory, or close this one: chmod 700 ${directory.path}`,
      exitCode: EXIT.refusedToStart,
    })
  }
  chmodSync(directory.path, 0o700)
}

/** Runs `make` so that every file it creates is readable by its owner alone. */
export function privately<T>(make: () => T): T {
  const before = process.umask(0o077)
  try {
    return make()
  } finally {
    process.umask(before)
  }
}

/** Of commands that read what a server has written; throws a UserError when that is not there, or not for this user. */
export function assertLog(directory: DataDirectory): void {
  try {
    accessSync(directory.log)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") throw noLog(directory)
    throw new UserError(`cannot read the data directory ${directory.path}: ${reasonOf(error)}`, {
      hint: "do it as the user that runs the server, or name another with --data DIR",
      exitCode: EXIT.refusedToStart,
    })
  }
}

export function noLog(directory: DataDirectory): UserError {
  return new UserError(`there is no log in ${directory.path}`, {
    hint: "name the server's data directory with --data DIR",
    exitCode: EXIT.noSuchTarget,
  })
}

/** Why the file system did not do what was asked. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === "ENOENT") return "there is no such directory"
  if (code === "EACCES" || code === "EPERM") return "permission denied"
  if (code === "EROFS") return "the file system is read-only"
  if (code === "ENOTDIR" || code === "EEXIST") return "it is not a directory"
  if (code === "ENOSPC") return "the disk is full"
  return error instanceof Error ? error.message : String(error)
}
