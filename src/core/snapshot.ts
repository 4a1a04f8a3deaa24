// The state of a network as one value, from which a later run begins instead of from the first row of the log. It holds
// every field of Network by itself, so nothing can be forgotten here: what there is to add is added there.

import type { Network } from "./network.ts"

/** Maps, sets, lists and plain values that name each other: a structured clone keeps them whole. */
export type Snapshot = ReturnType<typeof snapshot>

/** The state itself and no copy, of a network that was made from the log alone: it has no sessions. */
export function snapshot(net: Network) {
  const { settings: _site, ...state } = net
  return state
}
