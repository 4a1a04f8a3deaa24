// Who is where: JOIN, PART, QUIT, NICK, KICK, MODE, TOPIC, AWAY, INVITE, 353, 366, 332 and their like.
// https://modern.ircdocs.horse/#channel-operations

import { format, type Message } from "../protocol/message.ts"
import type { Context, Handler } from "./context.ts"
import { nickOf, timeOf } from "./context.ts"
import { modeChanges, prefixes } from "./isupport.ts"
import type { Channel } from "./view.ts"

const onJoin: Handler = (context, message) => {
  const { view } = context
  const from = nickOf(message)
  const [target = "", account] = message.params
  const own = view.isOwn(from)
  if (own && !view.mayEnter(target)) return turnBack(context, target)
  const channel = own ? view.enter(target) : view.channel(target)
  if (channel && (own || hasRoom(context, channel)))
    channel.members.set(view.key(from), { nick: from, signs: "", userhost: userhostOf(message.source) })
  const at = timeOf(context, message)
  context.tell({ type: "join", at, target, from, account: account === "*" ? undefined : account, own })
  if (!own) return
  view.source = message.source
  const { password } = context.wanted.get(view.key(target)) ?? {}
  context.wanted.set(view.key(target), { name: target, password })
  context.histories.entered(context, target)
  // From here on a gap can be measured, even if nobody ever speaks before it.
  if (!view.mark(target)) view.setMark(target, { id: undefined, at })
  context.outbox.pump(context)
}

/** A server that puts us into more channels than anybody is in. */
function turnBack(context: Context, target: string) {
  context.wanted.delete(context.view.key(target))
  context.send(format({ command: "PART", params: [target] }))
  const text = "more channels than this program keeps: left again"
  context.tell({ type: "error", code: "TOO_MANY_CHANNELS", params: [target], text })
}

function hasRoom(context: Context, channel: Channel): boolean {
  if (context.view.hasRoom) return true
  const text = "more members than this program keeps: not all are shown"
  if (!channel.isCut) context.tell({ type: "error", code: "TOO_MANY_MEMBERS", params: [channel.name], text })
  channel.isCut = true
  return false
}

const onPart: Handler = (context, message) => {
  const [target = "", reason = ""] = message.params
  const from = nickOf(message)
  const own = context.view.isOwn(from)
  leave(context, target, from)
  context.tell({ type: "part", at: timeOf(context, message), target, from, reason, own })
}

const onKick: Handler = (context, message) => {
  const [target = "", who = "", reason = ""] = message.params
  const own = context.view.isOwn(who)
  leave(context, target, who)
  context.tell({
    type: "kick",
    at: timeOf(context, message),
    target,
    from: nickOf(message),
    who,
    reason,
    own,
  })
}

function leave(context: Context, target: string, nick: string) {
  const { view } = context
  view.channel(target)?.members.delete(view.key(nick))
  if (!view.isOwn(nick)) return
  view.leave(target)
  context.wanted.delete(view.key(target))
  context.histories.left(context, target)
  context.refuseAll(target, "442", "you are not in that channel")
}

const onQuit: Handler = (context, message) => {
  const { view } = context
  const from = nickOf(message)
  if (view.isOwn(from)) return
  const channels = view.channelsOf(from)
  for (const channel of channels) channel.members.delete(view.key(from))
  const targets = channels.map((channel) => channel.name)
  context.tell({ type: "quit", at: timeOf(context, message), from, reason: message.params[0] ?? "", targets })
  context.registration.freed(context, from)
}

const onNick: Handler = (context, message) => {
  const { view } = context
  const from = nickOf(message)
  const [to = ""] = message.params
  const own = view.isOwn(from)
  const channels = view.channelsOf(from)
  for (const channel of channels) rename(context, channel, from, to)
  if (own) {
    context.registration.became(context, to)
    view.nick = to
    view.source = view.source?.replace(/^[^!]*/, () => to)
  }
  const targets = channels.map((channel) => channel.name)
  context.tell({ type: "nick", at: timeOf(context, message), from, to, own, targets })
  if (own) return
  view.renamed(from, to)
  context.histories.renamed(context, from, to)
  context.direct.renamed(context, from, to)
  context.registration.freed(context, from)
}

function rename(context: Context, channel: Channel, from: string, to: string) {
  const { view } = context
  const member = channel.members.get(view.key(from))
  channel.members.delete(view.key(from))
  channel.members.set(view.key(to), { signs: "", ...member, nick: to })
}

const onTopic: Handler = (context, message) => {
  const [target = "", text = ""] = message.params
  const channel = context.view.channel(target)
  if (channel) channel.topic = text === "" ? undefined : text
  context.tell({ type: "topic", at: timeOf(context, message), target, from: nickOf(message), text })
}

const onMode: Handler = (context, message) => {
  const [target = "", ...changes] = message.params
  const { view, moderation } = context
  const channel = view.channel(target)
  if (channel) applyModes(context, channel, changes)
  const at = timeOf(context, message)
  const from = nickOf(message)
  const byServer = from === message.source && !view.isOwn(from)
  context.tell({
    type: "mode",
    at,
    target,
    from,
    byServer,
    changes,
    lastsMs: moderation.takeEnds(view, target),
  })
}

function applyModes(context: Context, channel: Channel, changes: string[]) {
  const { view } = context
  const known = prefixes(view)
  for (const { on, letter, param } of modeChanges(view, changes)) {
    const sign = known.signs[known.letters.indexOf(letter)]
    const member = channel.members.get(view.key(param ?? ""))
    if (!member || sign === undefined) continue
    const signs = new Set(on ? member.signs + sign : member.signs.replace(sign, ""))
    member.signs = [...known.signs].filter((each) => signs.has(each)).join("")
  }
}

/** 353 RPL_NAMREPLY; with multi-prefix and userhost-in-names a name may bring several signs and its host. */
const onNames: Handler = (context, { params }) => {
  const { view } = context
  const [, , target = "", names = ""] = params
  const channel = view.channel(target)
  if (!channel) return context.tell({ type: "answer", code: "353", params: [target], text: names })
  if (!channel.namesOpen) channel.members.clear()
  channel.namesOpen = true
  if (!hasRoom(context, channel)) return
  const { signs } = prefixes(view)
  for (const name of names.split(" ").filter((each) => each !== "")) {
    let length = 0
    while (signs.includes(name[length] ?? " ")) length++
    const [nick = ""] = name.slice(length).split("!", 1)
    channel.members.set(view.key(nick), { nick, signs: name.slice(0, length), userhost: userhostOf(name) })
  }
}

function userhostOf(source = ""): string | undefined {
  const bang = source.indexOf("!")
  return bang < 0 ? undefined : source.slice(bang + 1)
}

const onEndOfNames: Handler = (context, { params }) => {
  const channel = context.view.channel(params[1] ?? "")
  if (channel) channel.namesOpen = false
}

const onTopicReply: Handler = (context, { params }) => {
  const [, target = "", text = ""] = params
  const channel = context.view.channel(target)
  if (channel) channel.topic = text
  context.tell({ type: "topic", at: context.now, target, from: undefined, text })
}

const onAway: Handler = (context, message) => {
  context.tell({ type: "away", at: timeOf(context, message), from: nickOf(message), text: message.params[0] })
}

const onInvite: Handler = (context, message) => {
  const [, target = ""] = message.params
  context.tell({ type: "invite", at: timeOf(context, message), target, from: nickOf(message) })
}

/** https://ircv3.net/specs/extensions/chghost.html */
const onChghost: Handler = (context, message: Message) => {
  const [user = "", host = ""] = message.params
  const nick = nickOf(message)
  const { view } = context
  if (view.isOwn(nick)) view.source = `${nick}!${user}@${host}`
  for (const { members } of view.channelsOf(nick)) {
    const member = members.get(view.key(nick))
    if (member) member.userhost = `${user}@${host}`
  }
}

export const MEMBERSHIP: Readonly<Record<string, Handler>> = {
  JOIN: onJoin,
  PART: onPart,
  KICK: onKick,
  QUIT: onQuit,
  NICK: onNick,
  TOPIC: onTopic,
  MODE: onMode,
  AWAY: onAway,
  INVITE: onInvite,
  CHGHOST: onChghost,
  "353": onNames,
  "366": onEndOfNames,
  "332": onTopicReply,
}
