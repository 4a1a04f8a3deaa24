// Files that somebody else renews. Looked at by the clock: a folder that is mounted, or a link that is turned over, tells nobody.

import { statSync } from "node:fs"

const EVERY_MS = 3000

/** Calls `changed` when one of the files is another than it was; the answer ends it. Once for each change, sound or not. */
export function watchFiles(
  paths: () => readonly string[],
  changed: () => void,
  everyMs = EVERY_MS,
): () => void {
  let last = stampOf(paths())
  const timer = setInterval(() => {
    const stamp = stampOf(paths())
    if (stamp === last) return
    last = stamp
    changed()
  }, everyMs)
  return () => clearInterval(timer)
}

function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false })
      return `${path} ${found?.ino} ${found?.mtimeMs} ${found?.size}`
    })
    .join("\n")
}
