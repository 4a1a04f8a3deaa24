// An invitation that asks for approval: nobody is in by it before somebody of the staff has said so, and one key a use.

import { expect, test } from "bun:test"
import { X509Certificate } from "node:crypto"
import type { Invitation } from "../../src/authority/invitation.ts"
import { makeKeyPair } from "../../src/authority/keys.ts"
import { pinOfKey, sixWords } from "../../src/authority/pin.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { enrol } from "../../src/dial/enrol.ts"
import type { InvitationWanted, Invited } from "../../src/server/invitations.ts"
import { EXIT, UserError } from "../../src/user-error.ts"
import { until } from "../support/until.ts"
import { type Serving, serving } from "./serving.ts"

const MEMBERS = '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\n'

async function invited(serve: Serving, more: Partial<InvitationWanted> = {}): Promise<Invitation> {
  const wanted = {
    name: "alice",
    channels: ["#lab"],
    ttlMs: 60_000,
    uses: 1,
    approve: true as const,
    ...more,
  }
  return { address: "", ...((await serve.server.administration.invitations.make(wanted)) as Invited) }
}

async function newcomer(device = "laptop") {
  const keys = await makeKeyPair()
  return { keyPem: keys.pem, request: await makeRequest(keys), device }
}

type Newcomer = Awaited<ReturnType<typeof newcomer>>

/** Asks until there is an answer; `meanwhile` is done at each time that it has to wait. */
function join(serve: Serving, invitation: Invitation, who: Newcomer, meanwhile: () => unknown) {
  const address = { host: "127.0.0.1", port: serve.port }
  return enrol(address, serve.authority.caPem, invitation, who, async (ms) => {
    expect(ms).toBe(5000)
    await meanwhile()
  })
}

async function refusalOf(promise: Promise<unknown>): Promise<UserError> {
  return (await promise.catch((error: unknown) => error)) as UserError
}

const STOP = new Error("stopped waiting")
const giveUp = () => {
  throw STOP
}

test("who asks waits until it is approved, and both sides see the same words", async () => {
  await using serve = await serving(MEMBERS)
  const { approvals, invitations } = serve.server.administration
  const [who, invitation] = [await newcomer(), await invited(serve)]
  const words = sixWords(pinOfKey(who.keyPem))
  let times = 0
  const joined = await join(serve, invitation, who, async () => {
    expect(approvals.list()).toMatchObject([{ account: "alice", device: "laptop", words, isApproved: false }])
    if (++times < 3) return
    expect(await approvals.decide("ALICE", "approved")).toEqual({
      done: `the request of alice with the key ${words} is approved, and has the certificate in a few seconds`,
    })
    expect(approvals.list()).toMatchObject([{ isApproved: true }])
  })
  expect(times).toBe(3)
  expect(joined.channels).toEqual(["#lab"])
  // A lost answer may be asked for again, and the invitation is used up.
  expect((await join(serve, invitation, who, giveUp)).cert).toBeString()
  expect((await refusalOf(join(serve, invitation, await newcomer(), giveUp))).exitCode).toBe(EXIT.invitation)
  expect(approvals.list()).toEqual([])
  expect(invitations.list()).toEqual([])
  expect(new X509Certificate(joined.cert).subject).toContain("alice")
})

test("who is denied is told so, and has used the invitation; nobody is let in by a second key", async () => {
  await using serve = await serving(MEMBERS)
  const { approvals } = serve.server.administration
  const [who, invitation] = [await newcomer(), await invited(serve)]
  expect(await refusalOf(join(serve, invitation, who, giveUp))).toBe(STOP as never)
  const second = await refusalOf(join(serve, invitation, await newcomer("thief"), giveUp))
  expect(second).toMatchObject({
    exitCode: EXIT.invitation,
    message: "this invitation is used, expired or unknown",
  })
  const [waiting] = approvals.list()
  expect(await approvals.decide(waiting!.id, "denied")).toHaveProperty("done")
  const denied = await refusalOf(join(serve, invitation, who, giveUp))
  expect(denied).toMatchObject({ exitCode: EXIT.invitation })
  expect(denied.message).toEndWith("has denied your request")
  expect(await approvals.decide("alice", "approved")).toEqual({
    error: "alice: nobody waits by that name or id",
  })
  expect((await refusalOf(join(serve, invitation, await newcomer(), giveUp))).exitCode).toBe(EXIT.invitation)
})

test("two who wait under one name are told apart by their keys", async () => {
  await using serve = await serving(MEMBERS)
  const { approvals } = serve.server.administration
  const invitation = await invited(serve, { uses: 2 })
  const [laptop, desktop] = [await newcomer("laptop"), await newcomer("desktop")]
  for (const who of [laptop, desktop]) await refusalOf(join(serve, invitation, who, giveUp))
  const [first, second] = approvals.list()
  expect(await approvals.decide("alice", "approved")).toEqual({
    error: `alice: 2 wait by that name, of whom one is meant by its id: ${first!.id} (${first!.words}), ${second!.id} (${second!.words})`,
  })
  await approvals.decide(second!.id.toUpperCase(), "approved")
  await approvals.decide(first!.id, "denied")
  expect((await join(serve, invitation, desktop, giveUp)).cert).toBeString()
  expect((await refusalOf(join(serve, invitation, laptop, giveUp))).message).toContain("denied")
})

test("who waits goes with the invitation, and reads why", async () => {
  await using serve = await serving(MEMBERS)
  const { approvals, invitations } = serve.server.administration
  const [who, invitation] = [await newcomer(), await invited(serve)]
  const ended = await refusalOf(
    join(serve, invitation, who, async () => {
      await invitations.withdraw(invitation.id)
      expect(approvals.list()).toEqual([])
    }),
  )
  expect(ended).toMatchObject({
    exitCode: EXIT.invitation,
    message: "this invitation has ended while you waited: it expired, or was taken back",
  })
})

test("other programs read 202 and Retry-After, and the words", async () => {
  await using serve = await serving(`${MEMBERS}[accounts]\nest_basic = true\n`)
  const invitation = await invited(serve)
  const { request, keyPem } = await newcomer()
  const answer = await fetch(`https://127.0.0.1:${serve.port}/.well-known/est/simpleenroll`, {
    method: "POST",
    headers: {
      Authorization: `Basic ${btoa(`${invitation.id}:${invitation.secret}`)}`,
      "Content-Type": "application/pkcs10",
    },
    body: Buffer.from(request).toString("base64"),
    tls: { ca: serve.authority.caPem },
  })
  expect(answer.status).toBe(202)
  expect(answer.headers.get("retry-after")).toBe("5")
  expect(await answer.text()).toContain(sixWords(pinOfKey(keyPem)))
  await until(
    () => serve.entries.some(({ what }) => what === "waits for approval"),
    () => "the log says who waits",
  )
})
