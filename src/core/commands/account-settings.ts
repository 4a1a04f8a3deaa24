// What the holder of an account has decided about it, where the site lets him: NickServ's SET.

import type { Nick } from "../../protocol/names.ts"
import { FAIL } from "../../protocol/reply.ts"
import { event } from "../event.ts"

/** `null` is what the site has; what is not said stays. */
interface AccountSettingsChanged {
  readonly accountName: Nick
  readonly alwaysOn?: boolean | null
  readonly multiclient?: boolean | null
}

export const accountSettingsChanged = event<AccountSettingsChanged>({
  type: "accountSettingsChanged",
  refuse(net, { accountName }, by) {
    const account = net.account(accountName)
    return !account || (by && by.account !== account)
      ? FAIL("NICKSERV", "ACCOUNT_REQUIRED", [], "Log in first")
      : undefined
  },
  apply(net, { accountName, alwaysOn, multiclient }) {
    const account = net.account(accountName)
    if (!account) return
    if (alwaysOn !== undefined) account.alwaysOn = alwaysOn ?? undefined
    if (multiclient !== undefined) account.multiclient = multiclient ?? undefined
  },
})
