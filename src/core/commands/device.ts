// DEVICE: one's own devices, each with a certificate that the site's authority made on request. No specification has it; CLIENTCERT
// (https://codeberg.org/emersion/soju/src/branch/master/doc/ext/client-cert.md) is its neighbour for certificates that nobody signed.

import { DEVICE_INVITATION_EVERY_MS, DEVICE_INVITATION_TTL_MS } from "../../protocol/limits.ts"
import { revokedWords } from "../../protocol/refusals.ts"
import { FAIL, NOTE, type Reply } from "../../protocol/reply.ts"
import { serverTime } from "../../protocol/server-time.ts"
import { type Answer, command, type UserContext } from "../command.ts"
import { RENEWABLE_DAYS_MAX } from "../certificates.ts"
import { type Device, devicesCalled, devicesOf, isOn, namesOf } from "../devices.ts"
import { revoke, REVOKED_TO_OTHERS, whatStays } from "../revoking.ts"
import type { Result } from "../seams.ts"
import type { Account } from "../user.ts"
import { isCertified } from "./account.ts"
import { invitationMade, invitationWithdrawn } from "./enrolment.ts"

const DAY_MS = 86_400_000

export const DEVICE = command({
  name: "DEVICE",
  syntax: "<LIST|ADD|REMOVE> [<name|serial>]",
  help: "Lists your devices, makes an invitation for another, or takes the certificate of one back.",
  specification: "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/client-cert.md",
  run(context, given: string, name = "") {
    const { net, user, session, now, readOnly } = context
    const { account } = user
    const subcommand = given.toUpperCase()
    if (subcommand !== "LIST" && subcommand !== "ADD" && subcommand !== "REMOVE")
      return fail("INVALID_PARAMS", [given], "There is no such subcommand")
    if (!account) return fail("ACCOUNT_REQUIRED", [subcommand], "You have no account")
    const devices = devicesOf(net, account)
    if (subcommand === "LIST") {
      const good = devices.filter(({ current }) => current.notAfter + RENEWABLE_DAYS_MAX * DAY_MS > now)
      const lines = good.map((device) => shown(context, device))
      return [...lines, NOTE("DEVICE", "END_OF_DEVICES", [], `${lines.length} in all`)]
    }
    // Whoever guessed a password is not to bring a key of theirs, nor to lock out who has one.
    if (!isCertified(net, session.arrival, account))
      return fail("CERT_REQUIRED", [subcommand], "Connect with a certificate of yours for that")
    if (readOnly) return fail("STORAGE_FULL", [subcommand], "The server's disk is full; nothing was changed")
    return subcommand === "ADD" ? add(context, account) : remove(context, account, devices, name)
  },
})

/** `NOTE DEVICE DEVICE <serial> <made> <last used or *> <this|online|*> :name`; times as `server-time` has them. */
function shown({ net, session, user }: UserContext, device: Device): Reply {
  const { serial, made, lastUsed, device: name = serial } = device.current
  const online = isOn(net, session, device)
    ? "this"
    : user.sessions.some((one) => isOn(net, one, device))
      ? "online"
      : "*"
  const used = lastUsed === undefined ? "*" : serverTime(lastUsed)
  return NOTE("DEVICE", "DEVICE", [serial, serverTime(made), used, online], name)
}

/** Another one takes the place of the one before. */
function add({ net, user, now, propose, ask }: UserContext, account: Account): Answer {
  if (net.lockedSince !== undefined)
    return fail("LOCKDOWN", ["ADD"], "The server is locked down: no certificates are made for now")
  const own = [...net.invitations.values()].filter((one) => one.accountId === account.id && one.own)
  const soonest = Math.max(0, ...own.map(({ expires }) => expires - DEVICE_INVITATION_TTL_MS))
  if (now - soonest < DEVICE_INVITATION_EVERY_MS)
    return fail("RATE_LIMITED", ["ADD"], "You have just made one: wait a few seconds")
  ask({ type: "invitation" }, (result: Result): Answer => {
    const made = result.type === "invitation" ? result.made : undefined
    if (!made) return fail("UNAVAILABLE", ["ADD"], "This server makes no certificates")
    for (const { id, seq: madeSeq, accountId, own: isOwn, expires } of net.invitations.values())
      if (expires <= now || (isOwn && accountId === account.id)) propose(invitationWithdrawn, { id, madeSeq })
    const { id, hash: text, link } = made
    const expires = now + DEVICE_INVITATION_TTL_MS
    const channels = [...user.channels.keys()].map((channel) => channel.name)
    propose(invitationMade, { id, accountName: account.name, channels, expires, uses: 1, own: true, text })
    return net.invitations.has(id) ? NOTE("DEVICE", "INVITATION", [serverTime(expires)], link) : undefined
  })
  return undefined
}

function remove(
  { net, session, sessions, propose, close, log }: UserContext,
  account: Account,
  devices: readonly Device[],
  name: string,
): Answer {
  const called = devicesCalled(devices, name)
  if (called.length === 0)
    return fail("NO_SUCH_DEVICE", ["REMOVE", name], `You have no such device; ${namesOf(devices)}`)
  const gone = called.flatMap(({ all }) => all)
  const reason = "removed by yourself"
  log({ level: "info", what: "a device was removed", account: account.name, device: name })
  const ended = revoke(net, sessions, { account, gone, reason }, propose)
  for (const other of ended) close(other, "CERT_REVOKED", revokedWords(reason), REVOKED_TO_OTHERS)
  if (ended.includes(session)) return undefined
  const text = `It comes in no more; connections closed: ${ended.length}${whatStays(account)}`
  return NOTE("DEVICE", "REMOVED", [name], text)
}

function fail(code: string, context: readonly string[], text: string): Reply {
  return FAIL("DEVICE", code, context, text)
}
