// What a thief could try with an invitation: to be quicker, to use it again, to use somebody's proof.

import { expect, test } from "bun:test"
import { createHash, createHmac } from "node:crypto"
import type { TLSSocket } from "node:tls"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { exchange, requestText } from "../../src/dial/enrol.ts"
import type { Invited } from "../../src/server/invitations.ts"
import { raceForInvitations, RACE_TOML, RUNNERS } from "../support/invitation-race.ts"
import { type Serving, serving } from "./serving.ts"

test(`of ${RUNNERS} who come with one invitation at once, one is let in, however often it is tried`, async () => {
  await using serve = await serving(RACE_TOML)
  const rounds: number[] = []
  await raceForInvitations(serve, 5, ({ round }) => rounds.push(round))
  expect(rounds).toEqual([1, 2, 3, 4, 5])
}, 60_000)

/** As `chat join` proves that it knows the secret, written down a second time. */
function proof(socket: TLSSocket, { id, secret }: Invited, request: Uint8Array): string {
  const key = createHash("sha256").update(Buffer.from(secret, "base64url")).digest()
  const exported = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
  const signed = [Buffer.from("chat-enrol-v1"), exported, createHash("sha256").update(request).digest()]
  const mac = createHmac("sha256", key).update(Buffer.concat(signed)).digest("base64url")
  return `Authorization: Chat-Invite id="${id}", proof="${mac}"`
}

async function asked(
  serve: Serving,
  request: Uint8Array,
  header: (socket: TLSSocket) => string,
): Promise<number> {
  const address = { host: "127.0.0.1", port: serve.port }
  const { status } = await exchange(address, { ca: serve.authority.caPem }, (socket) =>
    requestText(address, "simpleenroll", request, [header(socket)]),
  )
  return status
}

test("a proof is good for its connection and its key alone, and the invitation stays good for who has its secret", async () => {
  await using serve = await serving(RACE_TOML)
  const wanted = { name: "alice", channels: [], ttlMs: 60_000, uses: 2 }
  const invited = (await serve.server.administration.invitations.make(wanted)) as Invited
  const [mine, thiefs] = [await makeRequest(await makeKeyPair()), await makeRequest(await makeKeyPair())]
  let overheard = ""
  const own = (socket: TLSSocket) => (overheard = proof(socket, invited, mine))
  // Another key behind my proof, on my connection.
  expect(await asked(serve, thiefs, own)).toBe(401)
  // My proof and my key, on another connection; the thief's key, too.
  expect(await asked(serve, mine, () => overheard)).toBe(401)
  expect(await asked(serve, thiefs, () => overheard)).toBe(401)
  expect(await asked(serve, mine, own)).toBe(200)
  // Overheard when it was good, and played again.
  expect(await asked(serve, mine, () => overheard)).toBe(401)
  expect(await asked(serve, mine, own)).toBe(200)
  expect(serve.server.administration.invitations.list()).toMatchObject([{ usesLeft: 1 }])
})
