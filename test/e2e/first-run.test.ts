// The first minutes of somebody new: a server with nothing given, and certificates made by the script that the README names.

import { afterEach, expect } from "bun:test"
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHAT, run, testIf, testWith } from "../support/program.ts"
import { Tmux, type Window } from "../support/tmux.ts"

const GEN_CERTS = join(import.meta.dir, "..", "..", "scripts", "gen-certs")
/** The user of Debian that owns nothing. */
const NOBODY = 65_534

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
})

function emptyHome(): string {
  const home = mkdtempSync(join(tmpdir(), "chat-first-"))
  homes.push(home)
  return home
}

async function portOf(server: Window): Promise<number> {
  await server.shows(/ ready /)
  return Number(/ircs:\/\/[^\s]+:(\d+)/.exec(server.text())?.[1])
}

testWith("tmux")(
  "scripts/gen-certs, chat serve --cert and chat connect --ca --cert, as the README says",
  async () => {
    using tmux = new Tmux()
    const home = emptyHome()
    const made = await run([GEN_CERTS, "--out", "certs", "--client", "alice", "--client", "bob"], { home })
    expect(made).toMatchObject({ exitCode: 0, stderr: "" })
    for (const key of ["ca.key", "server.key", "clients/alice.key"])
      expect(statSync(join(home, "certs", key)).mode & 0o077).toBe(0)

    const server = tmux.open([CHAT, "serve", "--cert", "certs/server.pem", "--listen", "127.0.0.1:0"], {
      home,
    })
    const address = `localhost:${await portOf(server)}`
    const as = (name: string) => ["--ca", "certs/ca.pem", "--cert", `certs/clients/${name}.pem`]
    const alice = tmux.open([CHAT, "connect", address, ...as("alice")], { home })
    await alice.shows(/connected to \S+ as alice/)
    await alice.shows(/you joined #general/)
    const bob = await run([CHAT, "connect", address, ...as("bob")], { home, stdin: "hello alice\n" })
    expect(bob.exitCode).toBe(0)
    await alice.shows(/bob hello alice/)
    await server.shows(/alice connected/)

    // Once more is no error, and changes nothing.
    const before = readFileSync(join(home, "certs", "ca.pem"), "utf8")
    expect((await run([GEN_CERTS, "--out", "certs", "--client", "alice"], { home })).exitCode).toBe(0)
    expect(readFileSync(join(home, "certs", "ca.pem"), "utf8")).toBe(before)
    server.press("C-c")
    expect(await server.exitCode()).toBe(0)
    await alice.shows(/the server is stopping/)
  },
)

// A network of its own, in which the default port is free.
const ALONE = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
const absent = ["tmux", "unshare", "nsenter", "ip", "setpriv"].filter((program) => !Bun.which(program))
const mayIsolate =
  process.getuid?.() === 0 && absent.length === 0 && Bun.spawnSync([...ALONE, "true"]).success
const isolated = testIf([
  ...absent.map((program) => `${program} is not installed`),
  ...(mayIsolate || absent.length > 0 ? [] : ["only root may make a network of its own"]),
])

isolated(
  "chat serve, with nothing given and by nobody: certificates, a profile, and chat connect alone",
  async () => {
    using tmux = new Tmux()
    const home = emptyHome()
    chownSync(home, NOBODY, NOBODY)
    const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"]
    const server = tmux.open([...ALONE, ...asNobody, CHAT, "serve"], { home, env: { USER: "nobody" } })
    await server.shows(/ ready /)
    const screen = server.text()
    expect(screen).toContain("first run")
    expect(screen).toMatch(/your identity: nobody/)
    expect(screen).toMatch(/six words: {2}\w+(-\w+){5}$/m)
    expect(screen).toMatch(/ircs:\/\/\S+:6697$/m)
    expect(statSync(join(home, ".local/share/chat/server")).mode & 0o777).toBe(0o700)

    const inThere = ["nsenter", "-t", `${server.pid}`, "-n", ...asNobody]
    const owner = tmux.open([...inThere, CHAT, "connect"], { home })
    await owner.shows(/connected to \S+ as nobody/)
    owner.say("first!")
    await owner.shows(/\d\d:\d\d nobody first!/)
    await server.shows(/nobody joined/)

    // The lines on the screen let somebody else in: her certificate, and the words.
    const hers = await run(
      [
        ...asNobody,
        CHAT,
        "certs",
        "client",
        "alice",
        "--out",
        join(home, ".local/share/chat/server/authority"),
      ],
      { home },
    )
    expect(hers.exitCode).toBe(0)
    const alices = emptyHome()
    chownSync(alices, NOBODY, NOBODY)
    const cert = join(home, ".local/share/chat/server/authority/clients/alice.pem")
    const [, words = ""] = /six words: {2}(\S+)/.exec(screen) ?? []
    const alice = await run([...inThere, CHAT, "connect", "localhost", "--pin", words, "--cert", cert], {
      home: alices,
      stdin: "thank you\n",
    })
    expect(alice).toMatchObject({ exitCode: 0 })
    await owner.shows(/alice thank you/)

    // The second start makes nothing new.
    server.press("C-c")
    expect(await server.exitCode()).toBe(0)
    const again = tmux.open([...ALONE, ...asNobody, CHAT, "serve"], { home })
    await again.shows(/ ready /)
    expect(again.text()).not.toContain("first run")
    expect(again.text()).toContain(words)
  },
)

isolated("by root, no identity is made, and that is said", async () => {
  using tmux = new Tmux()
  const home = emptyHome()
  mkdirSync(join(home, "empty"))
  const server = tmux.open([...ALONE, CHAT, "serve"], { home })
  await server.shows(/ ready /)
  expect(server.text()).toContain("no identity was made")
  expect(existsSync(join(home, ".local/share/chat/servers"))).toBe(false)
})
