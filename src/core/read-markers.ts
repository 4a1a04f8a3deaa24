// How far somebody has read: https://ircv3.net/specs/extensions/read-marker.html

import { middle, type Reply } from "../protocol/reply.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { ReadMarkers, User } from "./user.ts"

/** An account's outlive its sessions, a guest's go with the guest. */
export function markersOf({ account, readMarkers }: User): ReadMarkers {
  return account?.readMarkers ?? readMarkers
}

/** `at` in ms since 1970; "If there is no known last message read timestamp, the timestamp parameter is a literal *". */
export function markread(target: string, at: number | undefined): Reply {
  return {
    command: "MARKREAD",
    params: [middle(target), at === undefined ? "*" : `timestamp=${serverTime(at)}`],
  }
}
