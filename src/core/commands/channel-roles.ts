// Channels that belong to an account, and the signs that other accounts have there whenever they come; ChanServ asks for it.
// https://modern.ircdocs.horse/#founder-prefix, #operator-prefix

import { FOUNDER, OPERATOR, PREFIXES } from "../../protocol/modes.ts"
import type { ChannelName, Nick } from "../../protocol/names.ts"
import { ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL } from "../../protocol/numerics.ts"
import { FAIL, type Reply } from "../../protocol/reply.ts"
import { isFounder, isOperator, roleOf, type Channel } from "../channel.ts"
import { event } from "../event.ts"
import type { Content } from "../narrow.ts"
import type { Network } from "../network.ts"
import { sourceOfService } from "../service.ts"
import type { Tell } from "../tell.ts"
import type { Account, User } from "../user.ts"

export const channelRegistered = event<{ channel: ChannelName; accountName: Nick }>({
  type: "channelRegistered",
  refuse(net, { channel: name, accountName }, by) {
    const channel = net.channel(name)
    const account = net.account(accountName)
    if (!channel) return ERR_NOSUCHCHANNEL(name)
    if (channel.founder) return fail("ALREADY_REGISTERED", name, "It has a founder already")
    if (!account || (by && by.account !== account)) return fail("ACCOUNT_REQUIRED", name, "Log in first")
    if (by && !isOperator(channel, by)) return ERR_CHANOPRIVSNEEDED(name)
    const most = net.settings.limits.channelsPerAccount
    return ownedBy(net, account) >= most
      ? fail("TOO_MANY", name, `An account registers at most ${most} channels`)
      : undefined
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const account = net.account(e.accountName)
    if (!channel || !account) return
    channel.founder = account
    channel.roles.delete(account)
    sign(net, channel, account, FOUNDER, 0, e.at, tell)
  },
})

/** The channel is nobody's again. */
export const channelDropped = event<{ channel: ChannelName }>({
  type: "channelDropped",
  refuse(net, { channel: name }, by) {
    const channel = net.channel(name)
    return channel?.founder ? refusalOf(channel, by) : fail("NOT_REGISTERED", name, "It has no founder")
  },
  apply(net, { channel: name, at }, tell) {
    const channel = net.channel(name)
    if (!channel) return
    channel.founder = undefined
    channel.roles.clear()
    // Who looked after it goes on doing so while he is there.
    for (const member of channel.members.values()) {
      if (!(member.prefixes & FOUNDER)) continue
      member.prefixes = (member.prefixes & ~FOUNDER) | OPERATOR
      const { nick } = member.user
      tell.channel(channel, modeBy(channel, "-q+o", [nick, nick], at))
    }
    net.endIfLocked(channel)
  },
})

/** `letters` are all the signs that the account has there from now on. */
export const channelRoleSet = event<{ channel: ChannelName; accountName: Nick; letters: string }>({
  type: "channelRoleSet",
  refuse(net, { channel: name, accountName }, by) {
    const channel = net.channel(name)
    const account = net.account(accountName)
    if (!channel?.founder) return fail("NOT_REGISTERED", name, "It has no founder")
    if (!account) return fail("NO_SUCH_ACCOUNT", accountName, "There is no such account")
    if (channel.founder === account) return fail("IS_FOUNDER", accountName, "That is the founder")
    if (!channel.roles.has(account) && channel.roles.size >= net.settings.limits.listModes)
      return fail("TOO_MANY", name, "No more accounts may have a sign here")
    return refusalOf(channel, by)
  },
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    const account = net.account(e.accountName)
    if (!channel || !account) return
    const before = channel.roles.get(account) ?? 0
    const after = bitsOf(e.letters)
    if (after === 0) channel.roles.delete(account)
    else channel.roles.set(account, after)
    sign(net, channel, account, after & ~before, before & ~after, e.at, tell)
  },
})

export function lettersOfBits(bits: number): string {
  return PREFIXES.map(({ letter, bit }) => (bits & bit ? letter : "")).join("")
}

export function bitsOf(letters: string): number {
  return PREFIXES.reduce((bits, { letter, bit }) => (letters.includes(letter) ? bits | bit : bits), 0)
}

/** What members hear when somebody comes who has signs by the account. */
export function signsGiven(channel: Channel, { nick }: User, bits: number, at: number): Content {
  const letters = lettersOfBits(bits)
  return modeBy(channel, `+${letters}`, Array(letters.length).fill(nick), at)
}

/** Gives a user who is there already what the account has everywhere. */
export function signIn(user: User, at: number, tell: Tell) {
  for (const [channel, member] of user.channels) {
    const given = roleOf(channel, user) & ~member.prefixes
    member.prefixes |= given
    if (given !== 0) tell.channel(channel, signsGiven(channel, user, given, at))
  }
}

/** Gives and takes signs from who is there by that account. */
function sign(
  net: Network,
  channel: Channel,
  account: Account,
  on: number,
  off: number,
  at: number,
  tell: Tell,
) {
  const user = net.userOf(account)
  const member = user && channel.members.get(user)
  if (!member) return
  const given = lettersOfBits(on & ~member.prefixes)
  const taken = lettersOfBits(off & member.prefixes)
  member.prefixes = (member.prefixes | on) & ~off
  const letters = (given && `+${given}`) + (taken && `-${taken}`)
  const nicks = Array<string>(given.length + taken.length).fill(user.nick)
  if (letters !== "") tell.channel(channel, modeBy(channel, letters, nicks, at))
}

function modeBy({ name }: Channel, letters: string, nicks: readonly string[], at: number): Content {
  return { source: sourceOfService("ChanServ"), command: "MODE", params: [name, letters, ...nicks], at }
}

function ownedBy(net: Network, account: Account): number {
  return net.channels.values().reduce((n, { founder }) => (founder === account ? n + 1 : n), 0)
}

function refusalOf(channel: Channel, by: User | undefined): Reply | undefined {
  const may = !by || by.account === channel.founder || by.rights.includes("accounts")
  return may || isFounder(channel, by) ? undefined : ERR_CHANOPRIVSNEEDED(channel.name)
}

function fail(code: string, context: string, text: string): Reply {
  return FAIL("CHANSERV", code, [context], text)
}
