// chat certs revoke and chat certs devices: what a running server takes back, and what it has given.

import { REVOCATION_REASON_LENGTH_MAX } from "../protocol/limits.ts"
import { inertJson, printable } from "../protocol/printable.ts"
import { askAdmin } from "../server/admin-client.ts"
import type { AdminRequest } from "../server/admin-protocol.ts"
import type { ListedCertificate } from "../server/revocations.ts"
import { clock, day } from "../terminal/clock.ts"
import { EXIT, UserError } from "../user-error.ts"
import { cliCommand } from "./command.ts"
import { DATA, dataFolder } from "./data-folder.ts"
import { table } from "./table.ts"

export const revoke = cliCommand({
  name: "certs revoke",
  operands: "NAME",
  summary: "take NAME's certificates back; the server runs, and closes their connections at once",
  examples: [
    ["chat certs revoke alice", "all of them, and her open invitations"],
    ["chat certs revoke alice --device laptop --reason 'lost laptop'", "one, and she is told why"],
  ],
  operandsMax: 1,
  flags: {
    device: {
      type: "string",
      valueHint: "DEVICE",
      description: "only this computer's, or the one of this serial",
    },
    reason: { type: "string", valueHint: "TEXT", description: "what NAME is told; default: unspecified" },
    data: DATA,
  },
  async run({ flags, positionals: [name] }) {
    if (name === undefined)
      throw new UserError("whose certificates?", {
        hint: "for example: chat certs revoke alice",
        exitCode: EXIT.usage,
      })
    const reason = printable(flags.reason ?? "unspecified")
    if (reason === "" || reason.length > REVOCATION_REASON_LENGTH_MAX)
      throw new UserError(`--reason has 1 to ${REVOCATION_REASON_LENGTH_MAX} characters`, {
        exitCode: EXIT.usage,
      })
    const device = flags.device === undefined ? {} : { device: flags.device }
    const { done } = await ask(flags.data, { do: "revoke", name, reason, ...device })
    process.stdout.write(`${printable(String(done))}\n`)
    return EXIT.done
  },
})

export const devices = cliCommand({
  name: "certs devices",
  operands: "[NAME]",
  summary: "list the certificates that the running server has given for invitations",
  examples: [["chat certs devices alice", "her computers, and which of them may no longer in"]],
  operandsMax: 1,
  flags: { data: DATA, json: { type: "boolean", description: "one JSON object" } },
  async run({ flags, positionals: [name] }) {
    const { certificates } = await ask(flags.data, {
      do: "certificates",
      ...(name === undefined ? {} : { name }),
    })
    const listed = certificates as ListedCertificate[]
    process.stdout.write(`${flags.json ? inertJson({ v: 1, certificates: listed }) : shown(listed)}\n`)
    return EXIT.done
  },
})

/** Those of this authority (its pin in hex) as a table; nothing where no server runs, or none was given. */
export async function givenBy(issuer: string, data: string | undefined): Promise<string | undefined> {
  const answer = await ask(data, { do: "certificates" }).catch(() => undefined)
  const listed = ((answer?.["certificates"] ?? []) as ListedCertificate[]).filter(
    (one) => one.issuer === issuer,
  )
  return listed.length === 0 ? undefined : shown(listed)
}

async function ask(data: string | undefined, request: AdminRequest): Promise<Record<string, unknown>> {
  const { adminSocket } = dataFolder(data)
  const answer = await askAdmin(adminSocket, request)
  if (answer.ok) return answer
  throw new UserError(printable((answer as { error: string }).error), { exitCode: EXIT.noSuchTarget })
}

function shown(listed: readonly ListedCertificate[]): string {
  if (listed.length === 0) return "  no certificate was given for an invitation"
  return table(
    ["account", "device", "made", "last used", "until", "serial", "revoked"],
    listed.map(({ account, device = "-", made, lastUsed, notAfter, serial, revoked }) => [
      account,
      printable(device),
      day(made),
      lastUsed === undefined ? "never" : `${day(lastUsed)} ${clock(lastUsed)}`,
      day(notAfter),
      serial,
      revoked ? `${day(revoked.at)}: ${printable(revoked.reason)}` : "",
    ]),
  )
}
