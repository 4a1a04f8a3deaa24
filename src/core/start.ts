// How a run begins, and why it cannot.

import { CASEMAPPINGS, type CasemappingName } from "../protocol/casemapping.ts"
import type { Network } from "./network.ts"
import type { Snapshot } from "./snapshot.ts"

/** Where the log stood when this run began. */
export interface Start {
  readonly epoch: number
  readonly nextSeq: number
  readonly lastAt: number
  /** What `history` goes on from; an empty network when there is none. */
  readonly snapshot?: Snapshot | undefined
}

/** The log holds two names that are one under the casemapping that is wanted now; nothing was changed. */
export class ClashError extends Error {
  readonly names: readonly [string, string]

  constructor(casemapping: string, names: readonly [string, string]) {
    super(`${names.join(" and ")} are one name under the casemapping ${casemapping}`)
    this.names = names
  }
}

/** Two names that would be one under another casemapping. */
export function clashUnder(
  net: Network,
  casemapping: CasemappingName,
): readonly [string, string] | undefined {
  const channels = net.audit ? [...net.channels.values(), net.audit] : net.channels.values()
  for (const named of [channels, net.accounts.values()]) {
    const seen = new Map<string, string>()
    for (const { name } of named) {
      const key = CASEMAPPINGS[casemapping].folded(name)
      const other = seen.get(key)
      if (other !== undefined) return [other, name]
      seen.set(key, name)
    }
  }
  return undefined
}
