// How far somebody has read: https://ircv3.net/specs/extensions/read-marker.html

import { READ_MARKERS_MAX } from "../protocol/limits.ts"
import { middle, type Reply } from "../protocol/reply.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Account, ReadMarkers, User } from "./user.ts"

/** Until when, in ms since 1970, by the ids of channels. */
export type Read = readonly (readonly [id: number, until: number])[]

/** An account's outlive its sessions, a guest's go with the guest. */
export function markersOf({ account, readMarkers }: User): ReadMarkers {
  return account?.readMarkers ?? readMarkers
}

/** Of a guest, by channel: as it is put into the fact of a login. What is said to a guest alone is not the account's. */
export function readAsGuest({ account, readMarkers, channels }: User): { read?: Read } {
  const ids = new Set([...channels.keys()].map(({ id }) => id as number))
  const read = account ? [] : [...readMarkers].filter(([id]) => ids.has(id))
  return read.length === 0 ? {} : { read }
}

/** Markers of the guest who is the account now: whichever is later counts. */
export function bequeathRead({ readMarkers }: Account, read: Read) {
  for (const [id, until] of read) if (until > (readMarkers.get(id) ?? 0)) move(readMarkers, id, until)
}

/** The one that was moved longest ago makes room: who is at the other end may be anybody. */
export function move(markers: ReadMarkers, id: number, until: number) {
  markers.delete(id)
  markers.set(id, until)
  const [oldest] = markers.keys()
  if (markers.size > READ_MARKERS_MAX && oldest !== undefined) markers.delete(oldest)
}

/** `at` in ms since 1970; "If there is no known last message read timestamp, the timestamp parameter is a literal *". */
export function markread(target: string, at: number | undefined): Reply {
  return {
    command: "MARKREAD",
    params: [middle(target), at === undefined ? "*" : `timestamp=${serverTime(at)}`],
  }
}
