// How a run begins, and why it cannot.

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
