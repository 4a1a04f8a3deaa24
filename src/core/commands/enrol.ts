// ENROL: what `chat invite approve` and `deny` do, for operators who are not at the server.
// https://www.rfc-editor.org/rfc/rfc7030#section-4.2.3

import { ERR_NOPRIVILEGES } from "../../protocol/numerics.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { command } from "../command.ts"
import { isAbove } from "../operators.ts"
import { type OpenRequest, openRequests, recordOfDecision, requestMeant } from "../requests.ts"
import { requestDecided } from "./approval.ts"

export const ENROL = command({
  name: "ENROL",
  syntax: "<LIST|APPROVE|DENY> [<account|id>]",
  help: "Lists who waits for a certificate, and lets them have it or not; for operators of the server.",
  specification: "https://www.rfc-editor.org/rfc/rfc7030#section-4.2.3",
  run({ net, user, now, propose }, given: string, who = "") {
    if (!user.rights.includes("accounts")) return ERR_NOPRIVILEGES("accounts")
    const open = openRequests(net, now)
    const subcommand = given.toUpperCase()
    if (subcommand === "LIST")
      return [...open.map(shown), NOTE("ENROL", "END_OF_REQUESTS", [], `${open.length} in all`)]
    if (subcommand !== "APPROVE" && subcommand !== "DENY")
      return FAIL("ENROL", "INVALID_PARAMS", [given], "There is no such subcommand")
    const meant = requestMeant(net, open, who)
    if (typeof meant === "string") return FAIL("ENROL", "NO_SUCH_REQUEST", [subcommand, who], meant)
    const { account, invitation, request } = meant
    if (isAbove(account.role, user) || isAbove(invitation.role, user))
      return FAIL("ENROL", "INVALID_TARGET", [subcommand, account.name], "They may do more than you")
    const verdict = subcommand === "APPROVE" ? "approved" : "denied"
    const fact = { invitation: invitation.id, keyPin: request.keyPin, verdict } as const
    propose(requestDecided, fact, recordOfDecision(meant, verdict))
    return request.verdict === verdict
      ? NOTE("ENROL", verdict.toUpperCase(), [meant.id, account.name], request.words)
      : undefined
  },
})

/** `NOTE ENROL REQUEST <id> <account> <since> <waits|approved> :words of the key, and the device`. */
function shown({ id, account, request }: OpenRequest): Reply {
  const { since, verdict, words, device } = request
  const text = device === undefined ? words : `${words} on ${device}`
  return NOTE("ENROL", "REQUEST", [id, account.name, serverTime(since), verdict], text)
}
