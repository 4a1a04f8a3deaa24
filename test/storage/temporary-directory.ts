// Directories that vanish when a test is over: `afterEach(removeTemporaryDirectories)`.

import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const directories: string[] = []

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "chat-storage-"))
  directories.push(path)
  return path
}

export function removeTemporaryDirectories(): void {
  for (const path of directories.splice(0)) {
    chmodSync(path, 0o700)
    rmSync(path, { recursive: true, force: true })
  }
}
