// A run of the server is an epoch: its first event ends every session of the runs before it.

import type { CasemappingName } from "../../protocol/casemapping.ts"
import { event } from "../event.ts"

export const serverStarted = event<{ epoch: number; casemapping?: CasemappingName }>({
  type: "serverStarted",
  apply(net, e) {
    net.epochs.push({ epoch: e.epoch, fromSeq: e.seq })
    net.startedAt = e.at
    for (const user of net.users.values()) {
      net.remember(user, e.at)
      net.removeUser(user)
    }
    net.usersMost = 0
    net.adopt(e.casemapping ?? "ascii")
  },
})
