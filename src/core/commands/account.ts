// Accounts. Here a certificate of a trusted authority makes one, at first sight of its name.

import type { Nick } from "../../protocol/names.ts"
import { event } from "../event.ts"

export const accountCreated = event<{ name: Nick; issuer: string }>({
  type: "accountCreated",
  apply(net, e) {
    net.addAccount({ id: e.seq, name: e.name, issuer: e.issuer, metadata: new Map() })
  },
})
