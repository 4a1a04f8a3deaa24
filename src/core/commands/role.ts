// Roles of the network, kept by account. There is no command for them: whoever runs the server gives them, by `chat admin role` or
// with an invitation.

import type { Nick } from "../../protocol/names.ts"
import { FAIL } from "../../protocol/reply.ts"
import type { Role } from "../../protocol/rights.ts"
import { event, from } from "../event.ts"
import { endOperator } from "../operators.ts"

export const roleSet = event<{ readonly accountName: Nick; readonly role: Role }>({
  type: "roleSet",
  refuse: (net, { accountName }) =>
    net.account(accountName)
      ? undefined
      : FAIL("OPER", "NO_SUCH_ACCOUNT", [accountName], "Nobody of that name has an account"),
  apply(net, e, tell) {
    const account = net.account(e.accountName)
    if (!account) return
    if (e.role === "member") delete account.role
    else account.role = e.role
    // What was promised before is no longer: an invitation would give the former role back.
    for (const invitation of net.invitations.values())
      if (invitation.accountId === account.id) delete invitation.role
    const user = net.userOf(account)
    if (!user?.modes.has("o")) return
    // What the former role gave is over at once; OPER gives what the new one does.
    tell.user(user, from(e, "MODE", [user.nick, "-o"]))
    endOperator(net, user, e, tell)
  },
})
