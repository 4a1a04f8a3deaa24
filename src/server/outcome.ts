// How what an administrator asks for ends.

import type { StaffActed } from "../core/commands/staff-acted.ts"
import type { EventType } from "../core/event.ts"
import { now } from "./clock.ts"
import type { Shell } from "./shell.ts"

/** What was done, in words; or why nothing was. */
export type Outcome = { readonly done: string } | { readonly error: string }

/** Brings a fact about, and the record of it in the same turn. */
export function administer<F extends object>(
  { engine, wake }: Shell,
  type: EventType<F>,
  fact: F,
  record: StaffActed,
  done: string,
): Outcome {
  const refusal = engine.administer(type, fact, now(), record)
  if (refusal !== undefined) return { error: refusal }
  wake()
  return { done }
}
