// REVOKE: what `chat certs revoke` does, for operators who are not at the server. No specification has it; the list that others
// read of it is https://www.rfc-editor.org/rfc/rfc5280#section-5

import { REVOCATION_REASON_LENGTH_MAX } from "../../protocol/limits.ts"
import { ERR_NOPRIVILEGES } from "../../protocol/numerics.ts"
import { printable } from "../../protocol/printable.ts"
import { revokedWords } from "../../protocol/refusals.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { command } from "../command.ts"
import { devicesCalled, devicesOf, namesOf } from "../devices.ts"
import { isAbove } from "../operators.ts"
import { revoke, REVOKED_TO_OTHERS, whatStays } from "../revoking.ts"

const ALL = "*"

export const REVOKE = command({
  name: "REVOKE",
  syntax: "<account|nick> [<device|*>] [<reason>]",
  help: "Takes back somebody's certificates, or that of one device, and ends their connections; for operators of the server.",
  specification: "https://www.rfc-editor.org/rfc/rfc5280#section-5",
  run({ net, user, session, sessions, readOnly, propose, close }, whose: string, ...more: string[]) {
    if (!user.rights.includes("accounts")) return ERR_NOPRIVILEGES("accounts")
    const [device = ALL, ...words] = more
    const account = net.account(whose) ?? net.user(whose)?.account
    if (!account) return fail("NO_SUCH_ACCOUNT", whose, "Nobody of that name has an account")
    if (isAbove(account.role, user)) return fail("INVALID_TARGET", account.name, "They may do more than you")
    if (readOnly) return fail("STORAGE_FULL", account.name, "The server's disk is full; nothing was changed")
    const devices = devicesOf(net, account)
    const called = device === ALL ? undefined : devicesCalled(devices, device)
    if (called?.length === 0)
      return fail("NO_SUCH_DEVICE", device, `They have no such device; ${namesOf(devices)}`)
    const reason = printable(words.join(" ")).slice(0, REVOCATION_REASON_LENGTH_MAX) || "unspecified"
    const gone = called?.flatMap(({ all }) => all)
    const ended = revoke(
      net,
      sessions,
      { account, gone, reason, byStaff: { device: called && device } },
      propose,
    )
    for (const other of ended) close(other, "CERT_REVOKED", revokedWords(reason), REVOKED_TO_OTHERS)
    if (ended.includes(session)) return undefined
    return NOTE(
      "REVOKE",
      "REVOKED",
      [account.name, device],
      `Taken back; connections closed: ${ended.length}${whatStays(account)}`,
    )
  },
})

function fail(code: string, what: string, text: string): Reply {
  return FAIL("REVOKE", code, [what], text)
}
