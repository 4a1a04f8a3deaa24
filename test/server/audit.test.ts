// Whatever is asked for at the administrator's door is either a question, or an act whose record is in the turn of what it did.

import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { actorOf, type StaffActed, staffActed } from "../../src/core/commands/staff-acted.ts"
import type { Stamp } from "../../src/core/event.ts"
import type { Row } from "../../src/core/seams.ts"
import { enrol } from "../../src/dial/enrol.ts"
import type { Act } from "../../src/protocol/acts.ts"
import { askAdmin } from "../../src/server/admin-client.ts"
import { type AdminRequest, REQUEST } from "../../src/server/admin-protocol.ts"
import { openAdminSocket } from "../../src/server/admin-socket.ts"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { serving } from "./serving.ts"

const folder = mkdtempSync(join(tmpdir(), "chat-audit-"))
afterAll(() => rmSync(folder, { recursive: true }))

type Do = AdminRequest["do"]

const QUESTIONS: readonly Do[] = ["list", "status", "bans", "invitations", "certificates", "channels", "crl"]
/** Each request that does something, in an order in which it can, and what is recorded of it. */
const DEEDS: readonly (readonly [AdminRequest, Act])[] = [
  [{ do: "mute", channel: "#den", nick: "bob" }, "mute"],
  [{ do: "unmute", channel: "#den", nick: "bob" }, "unmute"],
  [{ do: "kick", words: ["#den", "bob", "loud"] }, "kick"],
  [{ do: "kick", words: ["bob"] }, "kill"],
  [{ do: "register", name: "alice", password: "a-long-secret" }, "register"],
  [{ do: "password", name: "alice", password: "another-secret" }, "password"],
  [{ do: "role", name: "alice", role: "admin" }, "role"],
  [{ do: "ban", target: "alice" }, "ban"],
  [{ do: "unban", target: "alice" }, "unban"],
  [{ do: "erase", name: "alice" }, "erase"],
  [{ do: "invite", name: "alice", channels: ["#den"], ttlMs: 60_000, uses: 1 }, "invite"],
  [{ do: "revoke", name: "alice", reason: "lost" }, "revoke"],
  [{ do: "reload" }, "rehash"],
  [{ do: "unlock", passphrase: "a-third-secret" }, "unlock"],
  [{ do: "stop" }, "stop"],
]

test("every request is a question or leaves one record, in one turn with what it did", async () => {
  const turns: (readonly Row[])[] = []
  const memory = openMemoryLog()
  const append: typeof memory.append = (rows, done) => {
    turns.push(rows)
    memory.append(rows, done)
  }
  await using serve = await serving(undefined, { ...memory, append })
  const path = join(folder, "admin.sock")
  const close = await openAdminSocket(path, {
    administration: serve.server.administration,
    endpoints: serve.server.endpoints,
    reload: () => Promise.resolve(),
    unlock: () => Promise.resolve(),
    stop() {},
  })
  const bob = await serve.register("bob")
  bob.send("JOIN #den")
  await bob.settled()

  const done = new Set<Do>(QUESTIONS)
  const ask = async (request: AdminRequest, act: Act) => {
    done.add(request.do)
    const before = turns.length
    const answer = await askAdmin(path, request)
    expect(answer, request.do).toMatchObject({ ok: true })
    await serve.server.administration.status()
    const since = turns.slice(before)
    const records = since.flat().filter(({ type }) => type === staffActed.type)
    expect(records.map(({ body }) => (JSON.parse(body) as StaffActed).act)).toEqual([act])
    expect(since, request.do).toHaveLength(1)
    expect(actorOf(JSON.parse(records[0]!.body) as Stamp)).toBe("console")
    return answer
  }
  for (const [request, act] of DEEDS) {
    await ask(request, act)
    const { id } = [...serve.server.administration.invitations.list()][0] ?? {}
    if (id !== undefined) await ask({ do: "withdraw", id }, "withdraw")
  }
  for (const verdict of ["approve", "deny"] as const) {
    const wanted: AdminRequest = {
      do: "invite",
      name: "zoe",
      channels: [],
      ttlMs: 60_000,
      uses: 1,
      approve: true,
    }
    const invited = await ask(wanted, "invite")
    const keys = await makeKeyPair()
    const newcomer = { keyPem: keys.pem, request: await makeRequest(keys), device: "laptop" }
    const invitation = { address: "", ...invited } as never
    const address = { host: "127.0.0.1", port: serve.port }
    const decide = async () => void (await ask({ do: verdict, who: "zoe" }, verdict))
    await enrol(address, serve.authority.caPem, invitation, newcomer, decide).catch(() => undefined)
  }
  await ask({ do: "lockdown", on: true }, "lockdown")
  // A new request is a question above, or a deed.
  const all = REQUEST.options.flatMap(({ shape }) =>
    "value" in shape.do ? shape.do.value : shape.do.options,
  )
  expect([...done].sort()).toEqual(all.toSorted())
  expect(JSON.stringify(turns)).not.toContain("-secret")
  close()
})

test("what is refused is no act, and what fails leaves no record", async () => {
  const memory = openMemoryLog()
  await using serve = await serving(undefined, memory)
  const { administration } = serve.server
  expect(administration.people.kick("nobody")).toHaveProperty("error")
  expect(administration.accounts.setRole("nobody", "admin")).toHaveProperty("error")
  expect(administration.bans.lift("nobody")).toHaveProperty("error")
  expect(await administration.revocations.revoke({ name: "nobody", reason: "lost" })).toHaveProperty("error")
  expect(memory.rows.filter(({ type }) => type === staffActed.type)).toEqual([])
})
