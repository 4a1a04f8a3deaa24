// How many failed attempts at OPER are written down: anybody may make them, from as many addresses as they have, and a record stays
// for ever. Counts of the moment: never in the log, and anew with each run. https://modern.ircdocs.horse/#oper-message

import { OPER_FAILURES_PERIOD_MS, OPER_FAILURES_RECORDED_MAX } from "../protocol/limits.ts"

interface Count {
  readonly since: number
  recorded: number
  unrecorded: number
}

export class FailedOpers {
  /** By the operator whose name was given; what is nobody's name is counted as one. */
  readonly #counts = new Map<string | undefined, Count>()

  /** Undefined when this one is not to be recorded, else how many were not since the last that was. `now` in ms since 1970. */
  record(operator: string | undefined, now: number): number | undefined {
    let count = this.#counts.get(operator)
    if (!count || now - count.since >= OPER_FAILURES_PERIOD_MS) {
      count = { since: now, recorded: 0, unrecorded: count?.unrecorded ?? 0 }
      this.#counts.set(operator, count)
    }
    const { unrecorded } = count
    const isRecorded = count.recorded < OPER_FAILURES_RECORDED_MAX
    count.unrecorded = isRecorded ? 0 : unrecorded + 1
    if (isRecorded) count.recorded++
    return isRecorded ? unrecorded : undefined
  }
}
