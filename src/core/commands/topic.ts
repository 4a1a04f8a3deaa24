// TOPIC: https://modern.ircdocs.horse/#topic-message

import { truncated, type ChannelName } from "../../protocol/names.ts"
import {
  ERR_CHANOPRIVSNEEDED,
  ERR_NOSUCHCHANNEL,
  ERR_NOTONCHANNEL,
  RPL_NOTOPIC,
} from "../../protocol/numerics.ts"
import { isHalfOperator, isVisible } from "../channel.ts"
import { command } from "../command.ts"
import { event, from, type Stamp } from "../event.ts"
import { topicReplies } from "../introduction.ts"
import type { Content } from "../narrow.ts"

export const TOPIC = command({
  name: "TOPIC",
  syntax: "<channel> [<topic>]",
  help: "Shows or sets a channel's topic; an empty one removes it.",
  specification: "https://modern.ircdocs.horse/#topic-message",
  run({ net, user, propose }, name: string, topic?: string) {
    const channel = net.channel(name)
    if (!channel || !isVisible(channel, user)) return ERR_NOSUCHCHANNEL(name)
    if (topic !== undefined) {
      return propose(topicChanged, {
        channel: channel.name,
        text: truncated(topic, net.settings.limits.topicLength),
      })
    }
    if (!channel.members.has(user)) return ERR_NOTONCHANNEL(channel.name)
    return channel.topic ? topicReplies(channel, channel.topic) : RPL_NOTOPIC(channel.name)
  },
})

interface TopicChanged {
  readonly channel: ChannelName
  readonly text: string
}

export const topicChanged = event<TopicChanged>({
  type: "topicChanged",
  refuse(net, { channel: name }, by) {
    const channel = net.channel(name)
    if (!channel) return ERR_NOSUCHCHANNEL(name)
    if (!by) return undefined
    if (!channel.members.has(by)) return ERR_NOTONCHANNEL(name)
    return channel.flags.has("t") && !isHalfOperator(channel, by) ? ERR_CHANOPRIVSNEEDED(name) : undefined
  },
  playback: line,
  apply(net, e, tell) {
    const channel = net.channel(e.channel)
    if (!channel) return
    channel.topic = e.text === "" ? undefined : { text: e.text, setter: e.source, at: e.at }
    tell.channel(channel, line(e, channel.name))
  },
})

function line(e: TopicChanged & Stamp, target: string): Content {
  return from(e, "TOPIC", [target], e.text)
}
