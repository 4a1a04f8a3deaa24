// Many who come with one invitation at the same moment: one of them gets the certificate, and every other the same words.

import { makeKeyPair } from "../../src/authority/keys.ts"
import { makeRequest } from "../../src/authority/request.ts"
import { type Enrolment, enrol } from "../../src/dial/enrol.ts"
import type { Invited } from "../../src/server/invitations.ts"
import { EXIT, UserError } from "../../src/user-error.ts"
import type { Serving } from "../server/serving.ts"

export const RUNNERS = 50
/** Certificates of one account before the next takes its place: there is a limit. */
const ROUNDS_OF_AN_ACCOUNT = 50

export const RACE_TOML =
  '[server]\naccess = "members"\n[throttling]\nnew_connections_per_minute = 0\nconnections_per_address = 0\n'

export interface Round {
  readonly round: number
  readonly tookMs: number
}

/** Runs so many rounds with the same keys, each with an invitation of its own; throws at the first that has not one winner. */
export async function raceForInvitations(
  serve: Serving,
  rounds: number,
  onRound: (round: Round) => void = () => {},
) {
  const crowd = await Promise.all(Array.from({ length: RUNNERS }, newcomer))
  for (let round = 1; round <= rounds; round++) {
    const name = `alice${Math.floor(round / ROUNDS_OF_AN_ACCOUNT)}`
    const begunMs = performance.now()
    const winners = await race(serve, name, crowd)
    if (winners !== 1) throw new Error(`round ${round}: ${winners} were let in`)
    onRound({ round, tookMs: performance.now() - begunMs })
  }
}

async function newcomer(): Promise<Enrolment> {
  const keys = await makeKeyPair()
  return { request: await makeRequest(keys), keyPem: keys.pem, device: "laptop" }
}

async function race(serve: Serving, name: string, crowd: readonly Enrolment[]): Promise<number> {
  const wanted = { name, channels: [], ttlMs: 60_000, uses: 1 }
  const made = (await serve.server.administration.invitations.make(wanted)) as Invited
  const [address, invitation] = [
    { host: "127.0.0.1", port: serve.port },
    { ...made, address: "" },
  ]
  const ends = await Promise.allSettled(
    crowd.map((who) => enrol(address, serve.authority.caPem, invitation, who)),
  )
  const lost = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []))
  const other = lost.find((error) => !(error instanceof UserError) || error.exitCode !== EXIT.invitation)
  if (other !== undefined) throw other
  return ends.length - lost.length
}
