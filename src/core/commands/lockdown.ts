// Lockdown: nobody new is let in. There is no command for it: whoever runs the server says so, by `chat admin lockdown`.

import { event } from "../event.ts"
import type { Network } from "../network.ts"
import type { Arrival } from "../seams.ts"
import type { Account } from "../user.ts"
import { accountNameOf } from "./account.ts"

export const lockdownSet = event<{ readonly on: boolean }>({
  type: "lockdownSet",
  refuse: () => undefined,
  apply(net, { on, at }) {
    net.lockedSince = on ? (net.lockedSince ?? at) : undefined
  },
})

/**
 * Who may in all the same: the holder of an account that was there before, who shows a certificate of it. A password is enough
 * for who keeps order here, and for everybody where certificates are not asked for.
 */
export function isKnown(net: Network, account: Account | undefined, arrival: Arrival): boolean {
  const { certificate, fingerprint } = arrival
  if (!account) return false
  return (
    account.role !== undefined ||
    !net.settings.accounts.external ||
    (certificate !== undefined && accountNameOf(net, certificate) === account.name) ||
    (fingerprint !== undefined && net.accountPinning(fingerprint) === account)
  )
}
