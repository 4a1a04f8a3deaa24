// A disk that is small enough to fill: a tmpfs of its own, which only root may mount. It goes when a test is over:
// `afterEach(unmountSmallDisks)`, before the directory that it is mounted on.

import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryDirectory } from "./temporary-directory.ts"

export interface SmallDisk {
  /** A directory on the disk. */
  readonly data: string
  /** Takes so many bytes of the disk, or all that is left, until `free`. */
  fill(bytes: number): void
  free(): void
}

const mounted: string[] = []

export function mountSmallDisk(mebibytes: number): SmallDisk {
  const mountPoint = temporaryDirectory()
  run("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m,mode=700`, "none", mountPoint)
  mounted.push(mountPoint)
  const data = join(mountPoint, "data")
  mkdirSync(data, { mode: 0o700 })
  const ballast = join(mountPoint, "ballast")
  return {
    data,
    fill: (bytes) => writeFileSync(ballast, new Uint8Array(bytes)),
    free: () => rmSync(ballast, { force: true }),
  }
}

/** Lazily: a disk must go even if a test that failed has left files open. */
export function unmountSmallDisks(): void {
  for (const mountPoint of mounted.splice(0)) run("umount", "-l", mountPoint)
}

/** CHAT_TEST_ALL=1 answers true, so that what cannot be tested fails instead of being skipped. */
export const canMount = process.env["CHAT_TEST_ALL"] === "1" || mayMount()

function mayMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false
  const mountPoint = join(process.env["TMPDIR"] ?? "/tmp", `chat-mount-${process.pid}`)
  mkdirSync(mountPoint)
  try {
    run("mount", "-t", "tmpfs", "-o", "size=1m", "none", mountPoint)
    run("umount", mountPoint)
    return true
  } catch {
    return false
  } finally {
    rmSync(mountPoint, { recursive: true })
  }
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { stderr: "pipe" })
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`)
}
