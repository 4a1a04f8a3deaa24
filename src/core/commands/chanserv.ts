// CHANSERV: who looks after a channel, also when nobody is there. https://modern.ircdocs.horse/#founder-prefix

import { isChannelName } from "../../protocol/names.ts"
import { ERR_NOSUCHCHANNEL } from "../../protocol/numerics.ts"
import { isFounder, isKeeper, isVisible, type Channel } from "../channel.ts"
import type { Answer, Command, UserContext } from "../command.ts"
import { said, service } from "../service.ts"
import { changeModes } from "./channel-modes.ts"
import { bitsOf, channelDropped, channelRegistered, channelRoleSet, lettersOfBits } from "./channel-roles.ts"
import { acted, type StaffActed } from "./staff-acted.ts"

const SPECIFICATION = "https://modern.ircdocs.horse/#founder-prefix"

/** Letters of the signs that an account may have for good; there is one founder. */
const ROLES = "ohv"

export const CHANSERV = service(
  "ChanServ",
  {
    help: "Makes a channel yours: REGISTER, DROP, AMODE (signs for accounts), OP, DEOP, INFO. HELP says more.",
    specification: SPECIFICATION,
  },
  {
    REGISTER: {
      syntax: "<channel>",
      help: "Makes you the founder of a channel whose operator you are. It waits for you when nobody is there.",
      run: (context, name) =>
        about(context, name, ({ name: channel, founder }) => {
          const { user, propose } = context
          propose(channelRegistered, { channel, accountName: user.account?.name ?? user.nick })
          const { founder: now } = context.net.channel(channel) ?? {}
          return now && now !== founder ? said(`${channel} is yours`) : undefined
        }),
    },
    DROP: {
      syntax: "<channel>",
      help: "Gives up a channel: it is nobody's then, and every sign by account is gone.",
      run: (context, name) =>
        about(context, name, (channel) => {
          const { founder } = channel
          const record = byRight(context, channel, acted("drop", { target: channel.name }))
          context.propose(channelDropped, { channel: channel.name }, record)
          return founder && !channel.founder ? said(`${channel.name} is nobody's now`) : undefined
        }),
    },
    AMODE: {
      syntax: "<channel> [<+|-letter> <account>]",
      help: "Gives an account a sign whenever it comes, such as +o, or takes it (-o); alone, shows who has one.",
      run: (context, name, change, account) =>
        about(context, name, (channel) =>
          account === undefined ? roles(channel, context) : amode(context, channel, change, account),
        ),
    },
    OP: {
      syntax: "<channel> [<nick>]",
      help: "Makes you, or somebody, an operator, where your account looks after the channel.",
      run: (context, name, nick) => mode(context, name, "+o", nick),
    },
    DEOP: {
      syntax: "<channel> [<nick>]",
      help: "Takes that back.",
      run: (context, name, nick) => mode(context, name, "-o", nick),
    },
    INFO: {
      syntax: "<channel>",
      help: "Tells whose a channel is.",
      run: (context, name) =>
        about(context, name, ({ name: channel, founder }) =>
          said(founder ? `${channel} belongs to ${founder.name}` : `${channel} has no founder`),
        ),
    },
  },
)

export const CS: Command = { ...CHANSERV, name: "CS", help: "The same as CHANSERV." }

// Who may not know that it is there learns nothing of it here.
function about(
  { net, user }: UserContext,
  name: string | undefined,
  then: (channel: Channel) => Answer,
): Answer {
  const channel = name === undefined || !isChannelName(name) ? undefined : net.channel(name)
  if (!channel || !(isVisible(channel, user) || isKeeper(channel, user)))
    return ERR_NOSUCHCHANNEL(name ?? "*")
  return then(channel)
}

function mode(context: UserContext, name: string | undefined, letters: string, nick?: string): Answer {
  return about(context, name, (channel) =>
    changeModes(context, channel, letters, [nick ?? context.user.nick]),
  )
}

function roles(channel: Channel, { user }: UserContext): Answer {
  if (!isKeeper(channel, user)) return said(`Only who looks after ${channel.name} sees that`)
  const lines = [...channel.roles].map(([{ name }, bits]) => said(`${name} +${lettersOfBits(bits)}`))
  return lines.length > 0 ? lines : said("Nobody but the founder")
}

/** The record, where it is a right of the network that lets somebody do it, and not the channel. */
function byRight({ user }: UserContext, channel: Channel, record: StaffActed): StaffActed | undefined {
  return user.account === channel.founder || isFounder(channel, user) ? undefined : record
}

function amode(context: UserContext, channel: Channel, change = "", given = ""): Answer {
  const { net, propose } = context
  const [, sign, letter = ""] = /^([+-])(\w)$/.exec(change) ?? []
  if (!ROLES.includes(letter) || letter === "") return said("Write +o, +h, +v, or - and one of them")
  const account = net.account(given)
  if (!account) return said(`There is no account ${given}`)
  const before = channel.roles.get(account) ?? 0
  const after = sign === "+" ? before | bitsOf(letter) : before & ~bitsOf(letter)
  const fact = { channel: channel.name, accountName: account.name, letters: lettersOfBits(after) }
  const details = { account: account.name, signs: `+${fact.letters}` }
  propose(channelRoleSet, fact, byRight(context, channel, acted("amode", { target: channel.name, details })))
  const now = channel.roles.get(account) ?? 0
  return now === after ? said(`${account.name} has +${fact.letters} in ${channel.name}`) : undefined
}
