// What can be known of the room on a disk.

import * as fs from "node:fs"
import { dirname, join } from "node:path"

const PROBE_BYTES = 65_536

/** What this user may still write on the disk of the file `path`, in bytes; quotas do not show here. */
export function freeBytes(path: string): number {
  const disk = fs.statfsSync(dirname(path))
  return disk.bavail * disk.bsize
}

/** Whether a little more can be written beside the file `path`: asked by writing it, so that quotas show too. */
export function hasRoom(path: string): boolean {
  const probe = join(dirname(path), "probe")
  try {
    fs.writeFileSync(probe, crypto.getRandomValues(new Uint8Array(PROBE_BYTES)), { mode: 0o600 })
    return true
  } catch (error) {
    if (isNoRoom(error)) return false
    throw error
  } finally {
    fs.rmSync(probe, { force: true })
  }
}

/** Whether a call on a file failed for want of room. */
export function isNoRoom(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === "ENOSPC" || code === "EDQUOT"
}
