// "An echoed message is on disk": whatever ends a server, what it had acknowledged is there afterwards.

import { afterEach, expect, test } from "bun:test"
import { checkLog } from "./check-log.ts"
import { Child } from "./child.ts"
import { removeTemporaryDirectories, temporaryDirectory } from "./temporary-directory.ts"

afterEach(removeTemporaryDirectories)

const ROUNDS = process.env["CHAT_TEST_ALL"] === "1" ? 100 : 20

test("kill -9 loses nothing acknowledged, and frees the lock", async () => {
  const directory = temporaryDirectory()
  let acknowledged = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const child = new Child([directory])
    await child.acknowledges((round * 37) % 101)
    await child.kill()
    expect(child.lines[0] ?? `epoch ${round}`).toBe(`epoch ${round}`)
    acknowledged = child.acknowledged().at(-1) ?? acknowledged
    // Killed between its commit and its word, a child may have kept one turn more.
    expect(checkLog(directory, acknowledged)).toBeLessThanOrEqual(acknowledged + 2)
  }
}, 120_000)

// Without strace no call can be made to fail. CHAT_TEST_ALL=1 runs the test none the less, and fails.
const canInject = Bun.which("strace") !== null || process.env["CHAT_TEST_ALL"] === "1"

test.skipIf(!canInject)(
  "a flush that fails (needs strace) ends all acknowledgement at once",
  async () => {
    const directory = temporaryDirectory()
    // Counted per thread: only the writer's makes so many.
    const inject = "inject=fsync,fdatasync:error=EIO:when=40+"
    const child = new Child([directory], ["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject])
    expect(await child.says(/^broken /)).toMatch(
      /^broken the log cannot be written: .*\(SQLITE_IOERR_FSYNC\)$/,
    )
    expect(await child.process.exited).toBe(1)
    expect(child.lines.at(-1)).toStartWith("broken")
    const acknowledged = child.acknowledged()
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(acknowledged.length).toBeLessThan(40)
    checkLog(directory, acknowledged.at(-1) ?? 0)
  },
  30_000,
)
