// What a seed did, in numbers.

/** How often what happened, to see that anything did. */
export interface Tally {
  steps: number
  turns: number
  rows: number
  crashes: number
  snapshots: number
  heard: number
  multiline: number
  erased: number
  enrolled: number
  approved: number
  acts: number
  /** Bans of channels whose time was over. */
  lifted: number
  /** Messages that were read again, page by page. */
  readBack: number
  /** Messages that waited for who was away. */
  mail: number
}

export const NOTHING: Tally = {
  steps: 0,
  turns: 0,
  rows: 0,
  crashes: 0,
  snapshots: 0,
  heard: 0,
  multiline: 0,
  erased: 0,
  enrolled: 0,
  approved: 0,
  acts: 0,
  lifted: 0,
  readBack: 0,
  mail: 0,
}
