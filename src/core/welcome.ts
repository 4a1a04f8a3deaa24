// What a session reads when it is registered: https://modern.ircdocs.horse/#connection-registration

import { METADATA } from "../protocol/capabilities.ts"
import { lettersOf, USER_MODES } from "../protocol/modes.ts"
import {
  ERR_NOMOTD,
  RPL_CREATED,
  RPL_ENDOFMOTD,
  RPL_MOTD,
  RPL_MOTDSTART,
  RPL_MYINFO,
  RPL_UMODEIS,
  RPL_WELCOME,
  RPL_YOURHOST,
} from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { serverTime } from "../protocol/server-time.ts"
import { lusers } from "./commands/lusers.ts"
import { introductionTo, joinOf } from "./introduction.ts"
import { isupport } from "./isupport.ts"
import { metadataBatch, valuesOf } from "./metadata.ts"
import type { Content } from "./narrow.ts"
import type { Network } from "./network.ts"
import type { Settings } from "./seams.ts"
import type { Session } from "./session.ts"
import { sourceOf, type User } from "./user.ts"

/** What a greeting is made from. */
export interface Welcomer {
  readonly net: Network
  readonly sessions: ReadonlySet<Session>
  newBatch(): string
}

export function greeting({ net, sessions, newBatch }: Welcomer, session: Session, user: User): Content[] {
  const { settings, startedAt } = net
  const { networkName, serverName, version } = settings
  const modes = lettersOf("list", "always", "whenSet", "never", "prefix")
  const withParam = lettersOf("list", "always", "whenSet", "prefix")
  const userModes = USER_MODES.map((mode) => mode.letter).join("")
  return [
    RPL_WELCOME(networkName, sourceOf(user)),
    RPL_YOURHOST(serverName, version),
    RPL_CREATED(serverTime(startedAt)),
    RPL_MYINFO(serverName, version, userModes, modes, withParam),
    ...isupport(settings, session, newBatch),
    ...ownMetadata(session, user, newBatch),
    ...lusers(net, sessions),
    ...motd(settings),
    ...(user.modes.size === 0 ? [] : [RPL_UMODEIS(`+${[...user.modes].join("")}`)]),
  ]
}

// "clients receive their current metadata … in a metadata batch with their own nick as target as part of the registration burst".
function ownMetadata(session: Session, user: User, newBatch: () => string): Content[] {
  return session.has(METADATA) ? metadataBatch(user.nick, valuesOf(user.nick, user.metadata), newBatch()) : []
}

/** Another session of a user who is online already: the channels the user is in come with it. */
export function greetingOfSecondSession(welcomer: Welcomer, session: Session, user: User): Content[] {
  const channels = [...user.channels.keys()].flatMap((channel) => [
    joinOf(channel, user),
    ...introductionTo(channel, session, welcomer.net),
  ])
  return [...greeting(welcomer, session, user), ...channels]
}

export function motd({ serverName, motd: lines }: Settings): Reply[] {
  if (lines.length === 0) return [ERR_NOMOTD()]
  return [RPL_MOTDSTART(serverName), ...lines.map((line) => RPL_MOTD(`- ${line}`)), RPL_ENDOFMOTD()]
}
