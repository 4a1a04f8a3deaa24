// A disk that fails under load (https://lwn.net/Articles/752063/): the server ends at once and says why, nobody was told anything
// untrue, and the next start has everything that anybody was shown. What is only kept for convenience may fail without harm.

import { expect } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { compareHistory, compareLog, ROUNDS_CONFIG, speakUntil } from "../support/crash-rounds.ts"
import { Irc } from "../support/irc.ts"
import { Ledger } from "../support/ledger.ts"
import { lengthen } from "../support/lengthen.ts"
import { testWith } from "../support/program.ts"
import { TestServer } from "../support/server.ts"
import { testAuthority } from "../support/certificates.ts"
import { until } from "../support/until.ts"

const test = testWith("strace")
/** More than the server leaves without a snapshot. */
const SNAPSHOT_ROWS = 21_000

interface Fault {
  readonly name: string
  /** Which file of the data directory, and what strace does to calls on it. */
  readonly file: string
  readonly inject: string
}

// Calls are counted for each thread; the writer's alone makes so many.
const FAULTS: readonly Fault[] = [
  {
    name: "a flush of a commit fails",
    file: "log.db-wal",
    inject: "fsync,fdatasync:error=EIO:when=40+",
  },
  { name: "a write of a commit fails", file: "log.db-wal", inject: "pwrite64:error=EIO:when=400+" },
  {
    name: "one write of a commit fails, and no other",
    file: "log.db-wal",
    inject: "pwrite64:error=EIO:when=400",
  },
  { name: "a write of a checkpoint fails", file: "log.db", inject: "pwrite64:error=EIO:when=100+" },
  { name: "a flush of a checkpoint fails", file: "log.db", inject: "fsync,fdatasync:error=EIO:when=3+" },
]

/** A server whose next start has a bad disk. */
async function serverWith({ file, inject }: Pick<Fault, "file" | "inject">): Promise<TestServer> {
  const server = new TestServer(await testAuthority(), { config: ROUNDS_CONFIG })
  // The first start makes the files.
  await server.start()
  await server.stop()
  server.before = straceOn(join(server.data, file), inject)
  return server
}

// -D: the server is our child and strace watches from the side, so that its exit code is what we see.
function straceOn(path: string, inject: string): string[] {
  return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", `inject=${inject}`]
}

for (const fault of FAULTS) {
  test(`${fault.name}: the server ends, and all that was shown is there`, async () => {
    await using server = await serverWith(fault)
    await server.start()
    const ledger = new Ledger()
    await speakUntil(server, ledger, 1, async () => {
      expect(await server.ended()).toBe(1)
    })
    expect(server.said).toMatch(/the log cannot be written: .* \(SQLITE_IOERR\w*\)/)
    expect(ledger.shown.size).toBeGreaterThan(0)

    server.before = []
    await server.start()
    compareLog(server, ledger)
    await compareHistory(server, ledger, 1)
  }, 60_000)
}

for (const [what, inject] of [
  ["cannot be moved into its place", "rename,renameat,renameat2:error=EIO"],
  ["finds no room", "write,pwrite64:error=ENOSPC"],
] as const) {
  test(`a snapshot that ${what}: a warning, and the server goes on`, async () => {
    await using server = await serverWith({ file: "snapshot.partial", inject })
    lengthen(server, SNAPSHOT_ROWS)
    await server.start()
    await until(() => server.said.includes("no snapshot could be taken"), "the warning")
    expect(existsSync(join(server.data, "snapshot"))).toBe(false)
    expect(existsSync(join(server.data, "snapshot.partial"))).toBe(false)
    const alice = await Irc.register(server, "alice", "echo-message")
    alice.send("JOIN #den", "TOPIC #den :still here", "PRIVMSG #den :and kept")
    await alice.expect(/ PRIVMSG #den :and kept$/)

    await server.kill()
    server.before = []
    await server.start()
    const bob = await Irc.register(server, "bob")
    bob.send("JOIN #den")
    expect(await bob.expect(/ 332 /)).toEndWith(":still here")
  }, 60_000)
}

test("what an administrator was told is done is on disk, however slow it is", async () => {
  await using server = await serverWith({ file: "log.db-wal", inject: "pwrite64:delay_enter=300000" })
  await server.start()
  expect((await server.admin("lockdown", "on")).stdout).toBe("nobody new is let in\n")
  await server.kill()
  server.before = []
  await server.start()
  expect(await server.status()).toMatchObject({ lockdown: true })
})
