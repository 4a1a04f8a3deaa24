// The invitations that are open, and who waits with one.

import { printable } from "../protocol/printable.ts"
import type { WaitingRequest } from "../server/approvals.ts"
import type { OpenInvitation } from "../server/invitations.ts"
import { clock, day } from "../terminal/clock.ts"
import { table } from "./table.ts"

export interface Given {
  /** What was done, where it was no list. */
  readonly done?: string
  readonly invitations?: readonly OpenInvitation[]
  readonly waiting?: readonly WaitingRequest[]
}

export function shown({ done, invitations = [], waiting = [] }: Given): string {
  if (done !== undefined) return printable(done)
  const open = invitations.length === 0 ? "  no invitation is open" : invitationsIn(invitations)
  return waiting.length === 0 ? open : `${open}\n\n${waitingIn(waiting)}`
}

function invitationsIn(invitations: readonly OpenInvitation[]): string {
  return table(
    ["id", "for", "uses left", "until", "channels"],
    invitations.map(({ id, account, usesLeft, expires, channels, approve }) => [
      id,
      account,
      `${usesLeft}${approve ? ", each to approve" : ""}`,
      `${day(expires)} ${clock(expires)}`,
      channels.map(printable).join(" "),
    ]),
  )
}

function waitingIn(waiting: readonly WaitingRequest[]): string {
  const rows = waiting.map(({ id, account, device = "-", since, isApproved }) => [
    id,
    account,
    printable(device),
    `${day(since)} ${clock(since)}`,
    isApproved ? "approved" : "",
  ])
  const [head = "", ...lines] = table(["id", "for", "device", "since", ""], rows).split("\n")
  const withWords = lines.map((line, i) => `${line}\n      ${waiting[i]?.words.replaceAll("-", " ")}`)
  return [
    "  Who waits: have them read you the six words on their screen.",
    "  The same: chat invite approve ID; if not: chat invite deny ID",
    "",
    head,
    ...withWords,
  ].join("\n")
}
