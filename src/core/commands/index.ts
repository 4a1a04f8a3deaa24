// The table of commands and the table of events: one line each, and nothing is obeyed or replayed that is not here.

import type { Command } from "../command.ts"
import type { EventType } from "../event.ts"
import { accountCreated } from "./account.ts"
import { AWAY, awayChanged } from "./away.ts"
import { CAP } from "./cap.ts"
import { channelModesChanged } from "./channel-modes.ts"
import { CHATHISTORY } from "./chathistory.ts"
import { ISON, MOTD, TIME, VERSION } from "./facts.ts"
import { HELP } from "./help.ts"
import { INVITE, userInvited } from "./invite.ts"
import { JOIN, userJoined } from "./join.ts"
import { KICK, memberKicked } from "./kick.ts"
import { LIST } from "./list.ts"
import { messageSent, NOTICE, PRIVMSG, TAGMSG } from "./message.ts"
import { MODE, userModesChanged } from "./mode.ts"
import { NAMES } from "./names.ts"
import { NICK, nickChanged } from "./nick.ts"
import { PART, userParted } from "./part.ts"
import { PASS } from "./pass.ts"
import { PING, PONG } from "./ping.ts"
import { QUIT, userQuit } from "./quit.ts"
import { serverStarted } from "./server.ts"
import { TOPIC, topicChanged } from "./topic.ts"
import { USER, userConnected } from "./user.ts"
import { WHO } from "./who.ts"
import { WHOIS } from "./whois.ts"

const commands: readonly Command[] = [
  AWAY,
  CAP,
  CHATHISTORY,
  HELP,
  INVITE,
  ISON,
  JOIN,
  KICK,
  LIST,
  MODE,
  MOTD,
  NAMES,
  NICK,
  NOTICE,
  PART,
  PASS,
  PING,
  PONG,
  PRIVMSG,
  QUIT,
  TAGMSG,
  TIME,
  TOPIC,
  USER,
  VERSION,
  WHO,
  WHOIS,
]

const events: readonly EventType<never>[] = [
  accountCreated,
  awayChanged,
  channelModesChanged,
  memberKicked,
  messageSent,
  nickChanged,
  serverStarted,
  topicChanged,
  userConnected,
  userInvited,
  userJoined,
  userModesChanged,
  userParted,
  userQuit,
]

/** By upper-case name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  commands.map((command) => [command.name, command]),
)

/** By type; what is read back from the log is an event of the shape that was written. */
export const EVENTS: ReadonlyMap<string, EventType<object>> = new Map(
  events.map((type) => [type.type, type as unknown as EventType<object>]),
)

/** Types that change no state, which a restart need not read. */
export const STATELESS: readonly string[] = [messageSent.type]
