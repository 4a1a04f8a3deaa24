// What the log's threads tell each other. A turn itself is a bare string (`row-codec.ts`), and its acknowledgement a
// bare number: these are posted thousands of times a second, the rest seldom.

import type { Query } from "../core/seams.ts"
import type { Retention } from "./retention.ts"

export interface WriterOptions {
  /** The data directory. */
  readonly directory: string
  readonly reserveBytes?: number | undefined
  /** How often a full disk is asked for room again. */
  readonly reserveRetryMs?: number | undefined
}

export type ToWriter =
  string | { readonly open: WriterOptions } | { readonly retain: Retention } | { readonly close: true }

export const ACKNOWLEDGED = 1

export type FromWriter =
  typeof ACKNOWLEDGED | { readonly readOnly: boolean } | { readonly broken: string; readonly code: string }

export type ToReader =
  | { readonly open: { readonly path: string } }
  | { readonly id: number; readonly query: Query; readonly timeMs: number }
  | { readonly close: true }

/** `found` is a `Found` as JSON: one string is cheaper to hand over than a hundred objects. */
export type FromReader =
  { readonly id: number; readonly found: string } | { readonly id: number; readonly failed: string }
