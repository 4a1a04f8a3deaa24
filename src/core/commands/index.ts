// The table of commands and the table of events: one line each, and nothing is obeyed or replayed that is not here.

import type { Command } from "../command.ts"
import type { EventType } from "../event.ts"
import { ACCEPT, acceptChanged } from "./accept.ts"
import { accountCreated, accountRegistered, passwordChanged, userLoggedIn } from "./account.ts"
import { ADMIN } from "./admin.ts"
import { certificateRequested, requestDecided } from "./approval.ts"
import { AUTHENTICATE } from "./authenticate.ts"
import { accountSettingsChanged } from "./account-settings.ts"
import { AWAY, awayChanged } from "./away.ts"
import { BATCH } from "./batch.ts"
import { CAP } from "./cap.ts"
import { channelModesChanged } from "./channel-modes-changed.ts"
import { channelDropped, channelRegistered, channelRoleSet } from "./channel-roles.ts"
import { CHANSERV, CS } from "./chanserv.ts"
import { CHATHISTORY } from "./chathistory.ts"
import { certificatePinned, certificateUnpinned, CLIENTCERT } from "./clientcert.ts"
import { DEVICE } from "./device.ts"
import { ENROL } from "./enrol.ts"
import {
  certificateIssued,
  certificateRevoked,
  certificateUsed,
  invitationMade,
  invitationWithdrawn,
} from "./enrolment.ts"
import { accountMessagesErased } from "./erase.ts"
import { ISON, MOTD, TIME, VERSION } from "./facts.ts"
import { HELP, HELPOP } from "./help.ts"
import { INFO } from "./info.ts"
import { INVITE, userInvited } from "./invite.ts"
import { ISUPPORT } from "./isupport.ts"
import { JOIN, userJoined } from "./join.ts"
import { KICK, memberKicked } from "./kick.ts"
import { KILL } from "./kill.ts"
import { LINKS } from "./links.ts"
import { LIST } from "./list.ts"
import { lockdownSet } from "./lockdown.ts"
import { LUSERS } from "./lusers.ts"
import { MARKREAD, readMarkerMoved } from "./markread.ts"
import { NOTICE, PRIVMSG, TAGMSG } from "./message.ts"
import { messageSent, tagsSent } from "./message-sent.ts"
import { metadataChanged, metadataCleared } from "./metadata-changes.ts"
import { METADATA } from "./metadata.ts"
import { MODE, userModesChanged } from "./mode.ts"
import { MONITOR } from "./monitor.ts"
import { NAMES } from "./names.ts"
import { NICK, nickChanged } from "./nick.ts"
import { NICKSERV, NS } from "./nickserv.ts"
import { OPER, operatorMade } from "./oper.ts"
import { PART, userParted } from "./part.ts"
import { PASS } from "./pass.ts"
import { PING, PONG } from "./ping.ts"
import { userAttached, userDetached } from "./presence.ts"
import { QUIT, userQuit } from "./quit.ts"
import { messageRedacted, REDACT } from "./redact.ts"
import { REGISTER, VERIFY } from "./register.ts"
import { REHASH } from "./rehash.ts"
import { channelRenamed, RENAME } from "./rename.ts"
import { REVOKE } from "./revoke.ts"
import { roleSet } from "./role.ts"
import { SEARCH } from "./search.ts"
import { serverStarted } from "./server.ts"
import { realnameChanged, SETNAME } from "./setname.ts"
import { staffActed } from "./staff-acted.ts"
import { STATS } from "./stats.ts"
import { TBAN } from "./tban.ts"
import { TOPIC, topicChanged } from "./topic.ts"
import { banLifted, banSet, UBAN } from "./uban.ts"
import { USER, userConnected } from "./user.ts"
import { USERHOST } from "./userhost.ts"
import { WALLOPS, wallopsSent } from "./wallops.ts"
import { WEBIRC } from "./webirc.ts"
import { WHO } from "./who.ts"
import { WHOIS } from "./whois.ts"
import { WHOWAS } from "./whowas.ts"

const commands: readonly Command[] = [
  ACCEPT,
  ADMIN,
  AUTHENTICATE,
  AWAY,
  BATCH,
  CAP,
  CHANSERV,
  CHATHISTORY,
  CLIENTCERT,
  CS,
  DEVICE,
  ENROL,
  HELP,
  HELPOP,
  INFO,
  INVITE,
  ISON,
  ISUPPORT,
  JOIN,
  KICK,
  KILL,
  LINKS,
  LIST,
  LUSERS,
  MARKREAD,
  METADATA,
  MODE,
  MONITOR,
  MOTD,
  NAMES,
  NICK,
  NICKSERV,
  NOTICE,
  NS,
  OPER,
  PART,
  PASS,
  PING,
  PONG,
  PRIVMSG,
  QUIT,
  REDACT,
  REGISTER,
  REHASH,
  RENAME,
  REVOKE,
  SEARCH,
  SETNAME,
  STATS,
  TAGMSG,
  TBAN,
  TIME,
  TOPIC,
  UBAN,
  USER,
  USERHOST,
  VERIFY,
  VERSION,
  WALLOPS,
  WEBIRC,
  WHO,
  WHOIS,
  WHOWAS,
]

const events: readonly EventType<never>[] = [
  acceptChanged,
  accountCreated,
  accountMessagesErased,
  accountRegistered,
  accountSettingsChanged,
  awayChanged,
  banLifted,
  banSet,
  certificateIssued,
  certificateRequested,
  certificateRevoked,
  certificatePinned,
  certificateUnpinned,
  certificateUsed,
  channelDropped,
  channelModesChanged,
  channelRegistered,
  channelRenamed,
  channelRoleSet,
  invitationMade,
  invitationWithdrawn,
  lockdownSet,
  memberKicked,
  messageRedacted,
  messageSent,
  tagsSent,
  metadataChanged,
  metadataCleared,
  nickChanged,
  operatorMade,
  passwordChanged,
  readMarkerMoved,
  realnameChanged,
  requestDecided,
  roleSet,
  serverStarted,
  staffActed,
  tagsSent,
  topicChanged,
  userAttached,
  userConnected,
  userDetached,
  userInvited,
  userJoined,
  userLoggedIn,
  userModesChanged,
  userParted,
  userQuit,
  wallopsSent,
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
export const STATELESS: readonly string[] = [
  messageSent,
  tagsSent,
  messageRedacted,
  accountMessagesErased,
  staffActed,
].map(({ type }) => type)
