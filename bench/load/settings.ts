// What a run is told, and what it answers.
import type { Target } from "./client.ts"
import type { Defects } from "./ledger.ts"
import type { Lie } from "./lie.ts"

/** A phase ends at the first of these; `count` is deliveries, or sessions. */
export type Limits = { cpuSeconds: number; wallSeconds: number; count: number }

export type Settings = {
  target: Target
  /** The server's process; without it no CPU and no memory are measured. */
  pid?: number | undefined
  /** Clients in the channel, or idle, or in a storm at a time. */
  members: number
  /** How many of them send. */
  senders: number
  /** Messages that each sender keeps in flight. */
  window: number
  /** Messages a second of the open loop. */
  ratePerSecond: number
  capabilities: readonly string[]
  lie?: Lie | undefined
  /** In direct messages: the server returns them to their sender (floor-echo) instead of delivering them. */
  returned: boolean
  warmUp: Limits
  measured: Limits
  /** After so long without any progress, what is in flight counts as lost. */
  stallMs: number
}

/** Figures by name, units in names. */
export type Outcome = { figures: Record<string, number>; defects: Defects }
