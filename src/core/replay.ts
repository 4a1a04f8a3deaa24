// The log read again: each event is applied, and nobody hears of it.

import { EVENTS } from "./commands/index.ts"
import type { Stamp } from "./event.ts"
import type { Network } from "./network.ts"
import { eventOf } from "./rows.ts"
import type { Row } from "./seams.ts"
import { Tell } from "./tell.ts"

/** A defect in `apply`: the state can no longer be trusted and the process must end. */
export class BrokenStateError extends Error {}

/** Applies rows that follow what the network already is. */
export function replay(net: Network, rows: Iterable<Row>) {
  const tell = new Tell({ deliver: unheard, reply: unheard, newBatch: () => "" })
  for (const row of rows) {
    const type = EVENTS.get(row.type)
    if (!type) throw new BrokenStateError(`the log holds an event of unknown type ${row.type} at ${row.seq}`)
    type.apply(net, eventOf(row, net) as object & Stamp, tell)
  }
}

function unheard() {
  throw new BrokenStateError("a replay was heard")
}
