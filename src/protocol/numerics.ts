// The numerics this server sends, by their RFC names: https://modern.ircdocs.horse/#numerics. Each takes the parameters
// after the client's nick.

import { numeric } from "./reply.ts"
import type { Right } from "./rights.ts"

// Registration
export const RPL_WELCOME = (network: string, nick: string) =>
  numeric("001", [], `Welcome to the ${network} network, ${nick}`)
export const RPL_YOURHOST = (server: string, version: string) =>
  numeric("002", [], `Your host is ${server}, running version ${version}`)
export const RPL_CREATED = (since: string) => numeric("003", [], `This server was started ${since}`)
export const RPL_MYINFO = (
  server: string,
  version: string,
  userModes: string,
  modes: string,
  withParam: string,
) => numeric("004", [server, version, userModes, modes, withParam])
export const RPL_ISUPPORT = (tokens: readonly string[]) =>
  numeric("005", tokens, "are supported by this server")

// Away, ISON, users
export const RPL_UMODEIS = (modes: string) => numeric("221", [modes])
export const RPL_ACCEPTLIST = (nick: string) => numeric("281", [nick])
export const RPL_ENDOFACCEPT = () => numeric("282", [], "End of /ACCEPT list")
export const RPL_AWAY = (nick: string, text: string) => numeric("301", [nick], text)
export const RPL_ISON = (nicks: readonly string[]) => numeric("303", [], nicks.join(" "))
export const RPL_UNAWAY = () => numeric("305", [], "You are no longer marked as being away")
export const RPL_NOWAWAY = () => numeric("306", [], "You have been marked as being away")

// WHOIS and WHO
export const RPL_WHOISUSER = (nick: string, username: string, host: string, realname: string) =>
  numeric("311", [nick, username, host, "*"], realname)
export const RPL_WHOISSERVER = (nick: string, server: string, info: string) =>
  numeric("312", [nick, server], info)
export const RPL_ENDOFWHO = (mask: string) => numeric("315", [mask], "End of WHO list")
export const RPL_WHOISOPERATOR = (nick: string) => numeric("313", [nick], "is an operator of this server")
export const RPL_WHOISIDLE = (nick: string, idleSeconds: number, signonSeconds: number) =>
  numeric("317", [nick, String(idleSeconds), String(signonSeconds)], "seconds idle, signon time")
export const RPL_ENDOFWHOIS = (nick: string) => numeric("318", [nick], "End of /WHOIS list")
export const RPL_WHOISCHANNELS = (nick: string, channels: string) => numeric("319", [nick], channels)
export const RPL_WHOISACCOUNT = (nick: string, account: string) =>
  numeric("330", [nick, account], "is logged in as")
export const RPL_WHOISBOT = (nick: string) => numeric("335", [nick], "is a bot")
/** An address that begins with a colon could be no parameter: it gets a zero, as WEBIRC has it. */
export const RPL_WHOISACTUALLY = (nick: string, userhost: string, address: string) =>
  numeric("338", [nick, userhost, address.replace(/^:/, "0:")], "Is actually using host")
/** InspIRCd's: the asterisks stand for what it tells operators alone. https://defs.ircdocs.horse/defs/numerics#rpl-whoisgateway-350 */
export const RPL_WHOISGATEWAY = (nick: string, gateway: string) =>
  numeric("350", [nick, "*", "*"], `is connected via the ${gateway} gateway`)
export const RPL_WHOISSECURE = (nick: string, text: string) => numeric("671", [nick], text)
export const RPL_WHOREPLY = (
  channel: string,
  username: string,
  host: string,
  server: string,
  nick: string,
  flags: string,
  realname: string,
) => numeric("352", [channel, username, host, server, nick, flags], `0 ${realname}`)

// MONITOR
export const RPL_MONONLINE = (sources: string) => numeric("730", [], sources)
export const RPL_MONOFFLINE = (nicks: string) => numeric("731", [], nicks)
export const RPL_MONLIST = (nicks: string) => numeric("732", [], nicks)
export const RPL_ENDOFMONLIST = () => numeric("733", [], "End of MONITOR list")
export const ERR_MONLISTFULL = (most: number, nicks: string) =>
  numeric("734", [String(most), nicks], "Monitor list is full")

// Of who has gone
export const RPL_WHOWASUSER = (nick: string, username: string, host: string, realname: string) =>
  numeric("314", [nick, username, host, "*"], realname)
export const RPL_ENDOFWHOWAS = (nick: string) => numeric("369", [nick], "End of WHOWAS")
export const ERR_WASNOSUCHNICK = (nick: string) => numeric("406", [nick], "There was no such nickname")
export const RPL_USERHOST = (replies: readonly string[]) => numeric("302", [], replies.join(" "))

/** Fields in the order of WHOX; the realname, where it is asked for, comes last. */
export const RPL_WHOSPCRPL = (fields: readonly string[], realname?: string) =>
  numeric("354", fields, realname)

// Channels
export const RPL_LISTSTART = () => numeric("321", ["Channel"], "Users Name")
export const RPL_LIST = (channel: string, members: number, topic: string) =>
  numeric("322", [channel, String(members)], topic)
export const RPL_LISTEND = () => numeric("323", [], "End of /LIST")
export const RPL_CHANNELMODEIS = (channel: string, modes: readonly string[]) =>
  numeric("324", [channel, ...modes])
export const RPL_CREATIONTIME = (channel: string, seconds: number) =>
  numeric("329", [channel, String(seconds)])
export const RPL_NOTOPIC = (channel: string) => numeric("331", [channel], "No topic is set")
export const RPL_TOPIC = (channel: string, topic: string) => numeric("332", [channel], topic)
export const RPL_TOPICWHOTIME = (channel: string, setter: string, seconds: number) =>
  numeric("333", [channel, setter, String(seconds)])
export const RPL_INVITELIST = (channel: string) => numeric("336", [channel])
export const RPL_ENDOFINVITELIST = () => numeric("337", [], "End of /INVITE list")
export const RPL_INVITING = (nick: string, channel: string) => numeric("341", [nick, channel])
export const RPL_INVEXLIST = (channel: string, mask: string, setter: string, seconds: number) =>
  numeric("346", [channel, mask, setter, String(seconds)])
export const RPL_ENDOFINVEXLIST = (channel: string) =>
  numeric("347", [channel], "End of channel invite exception list")
export const RPL_EXCEPTLIST = (channel: string, mask: string, setter: string, seconds: number) =>
  numeric("348", [channel, mask, setter, String(seconds)])
export const RPL_ENDOFEXCEPTLIST = (channel: string) =>
  numeric("349", [channel], "End of channel exception list")
export const RPL_NAMREPLY = (symbol: string, channel: string, names: string) =>
  numeric("353", [symbol, channel], names)
export const RPL_ENDOFNAMES = (channel: string) => numeric("366", [channel], "End of /NAMES list")
export const RPL_BANLIST = (channel: string, mask: string, setter: string, seconds: number) =>
  numeric("367", [channel, mask, setter, String(seconds)])
export const RPL_ENDOFBANLIST = (channel: string) => numeric("368", [channel], "End of channel ban list")

// Metadata; an asterisk says that everybody may see it
export const RPL_WHOISKEYVALUE = (nick: string, key: string, value: string) =>
  numeric("760", [nick, key, "*"], value)
export const RPL_KEYVALUE = (target: string, key: string, value: string) =>
  numeric("761", [target, key, "*"], value)
export const RPL_KEYNOTSET = (target: string, key: string) => numeric("766", [target, key], "Key not set")
export const RPL_METADATASUBOK = (keys: readonly string[]) => numeric("770", keys)
export const RPL_METADATAUNSUBOK = (keys: readonly string[]) => numeric("771", keys)
export const RPL_METADATASUBS = (keys: readonly string[]) => numeric("772", keys)
export const RPL_METADATASYNCLATER = (target: string) => numeric("774", [target])

// Accounts: https://ircv3.net/specs/extensions/sasl-3.1.html#numerics-used-by-this-extension
export const RPL_LOGGEDIN = (source: string, account: string) =>
  numeric("900", [source, account], `You are now logged in as ${account}`)
export const RPL_SASLSUCCESS = () => numeric("903", [], "SASL authentication successful")
export const ERR_SASLFAIL = (text = "SASL authentication failed") => numeric("904", [], text)
export const ERR_SASLTOOLONG = () => numeric("905", [], "SASL message too long")
export const ERR_SASLABORTED = () => numeric("906", [], "SASL authentication aborted")
export const ERR_SASLALREADY = (text: string) => numeric("907", [], text)
export const RPL_SASLMECHS = (mechanisms: string) =>
  numeric("908", [mechanisms], "are available SASL mechanisms")

// The server
export const RPL_VERSION = (version: string, server: string, comments: string) =>
  numeric("351", [version, server], comments)
export const RPL_YOUREOPER = () => numeric("381", [], "You are now an operator of this server")
export const RPL_REHASHING = (file: string) => numeric("382", [file], "Read again")
export const RPL_STATSUPTIME = (text: string) => numeric("242", [], `Server Up ${text}`)
export const RPL_ENDOFSTATS = (query: string) => numeric("219", [query], "End of /STATS report")
export const RPL_LUSERCLIENT = (visible: number, invisible: number) =>
  numeric("251", [], `There are ${visible} users and ${invisible} invisible on 1 servers`)
export const RPL_LUSEROP = (operators: number) => numeric("252", [String(operators)], "operator(s) online")
export const RPL_LUSERUNKNOWN = (connections: number) =>
  numeric("253", [String(connections)], "unknown connection(s)")
export const RPL_LUSERCHANNELS = (channels: number) => numeric("254", [String(channels)], "channels formed")
export const RPL_LUSERME = (users: number) => numeric("255", [], `I have ${users} clients and 0 servers`)
export const RPL_LOCALUSERS = (users: number, most: number) =>
  numeric("265", [String(users), String(most)], `Current local users ${users}, max ${most}`)
export const RPL_GLOBALUSERS = (users: number, most: number) =>
  numeric("266", [String(users), String(most)], `Current global users ${users}, max ${most}`)
export const RPL_ADMINME = (server: string) => numeric("256", [server], "Administrative info")
export const RPL_ADMINLOC1 = (text: string) => numeric("257", [], text)
export const RPL_ADMINEMAIL = (text: string) => numeric("259", [], text)
export const ERR_NOADMININFO = (server: string) =>
  numeric("423", [server], "No administrative info available")
export const RPL_ENDOFLINKS = (mask: string) => numeric("365", [mask], "End of /LINKS list")
export const RPL_INFO = (text: string) => numeric("371", [], text)
export const RPL_ENDOFINFO = () => numeric("374", [], "End of /INFO list")
export const RPL_MOTDSTART = (server: string) => numeric("375", [], `- ${server} Message of the day -`)
export const RPL_MOTD = (line: string) => numeric("372", [], line)
export const RPL_ENDOFMOTD = () => numeric("376", [], "End of /MOTD command")
export const RPL_TIME = (server: string, seconds: number, text: string) =>
  numeric("391", [server, String(seconds), "0"], text)
export const RPL_HELPSTART = (subject: string, text: string) => numeric("704", [subject], text)
export const RPL_HELPTXT = (subject: string, text: string) => numeric("705", [subject], text)
export const RPL_ENDOFHELP = (subject: string, text: string) => numeric("706", [subject], text)

// Errors
export const ERR_NOSUCHNICK = (nick: string) => numeric("401", [nick], "No such nick/channel")
export const ERR_NOSUCHSERVER = (server: string) => numeric("402", [server], "No such server")
export const ERR_NOSUCHCHANNEL = (channel: string) => numeric("403", [channel], "No such channel")
export const ERR_CANNOTSENDTOCHAN = (channel: string, mode?: string) =>
  numeric(
    "404",
    [channel],
    mode === undefined ? "Cannot send to channel" : `Cannot send to channel (+${mode})`,
  )
export const ERR_TOOMANYCHANNELS = (channel: string) =>
  numeric("405", [channel], "You have joined too many channels")
export const ERR_TOOMANYTARGETS = (target: string) =>
  numeric("407", [target], "Too many targets: the message was sent to none")
export const ERR_INVALIDCAPCMD = (subcommand: string) => numeric("410", [subcommand], "Invalid CAP command")
export const ERR_NORECIPIENT = (command: string) => numeric("411", [], `No recipient given (${command})`)
export const ERR_NOTEXTTOSEND = () => numeric("412", [], "No text to send")
export const ERR_INPUTTOOLONG = () => numeric("417", [], "Input line was too long")
export const ERR_UNKNOWNCOMMAND = (command: string) => numeric("421", [command], "Unknown command")
export const ERR_NOMOTD = () => numeric("422", [], "MOTD File is missing")
export const ERR_NONICKNAMEGIVEN = () => numeric("431", [], "No nickname given")
export const ERR_ERRONEUSNICKNAME = (nick: string) => numeric("432", [nick], "Erroneous nickname")
export const ERR_NICKNAMEINUSE = (nick: string, text = "Nickname is already in use") =>
  numeric("433", [nick], text)
export const ERR_BANNICKCHANGE = (nick: string, channel: string) =>
  numeric("435", [nick, channel], "Cannot change nickname while banned or muted on channel")
export const ERR_USERNOTINCHANNEL = (nick: string, channel: string) =>
  numeric("441", [nick, channel], "They aren't on that channel")
export const ERR_NOTONCHANNEL = (channel: string) => numeric("442", [channel], "You're not on that channel")
export const ERR_USERONCHANNEL = (nick: string, channel: string) =>
  numeric("443", [nick, channel], "is already on channel")
export const ERR_NOTREGISTERED = () => numeric("451", [], "You have not registered")
export const ERR_NEEDMOREPARAMS = (command: string) => numeric("461", [command], "Not enough parameters")
export const ERR_ACCEPTFULL = () => numeric("456", [], "Your accept list is full")
export const ERR_ACCEPTEXIST = (nick: string) => numeric("457", [nick], "is on your accept list already")
export const ERR_ACCEPTNOT = (nick: string) => numeric("458", [nick], "is not on your accept list")
export const ERR_ALREADYREGISTERED = () => numeric("462", [], "You may not reregister")
export const ERR_NOOPERHOST = (
  text = "Your account has no role here, or this connection has shown no certificate of it",
) => numeric("491", [], text)
export const ERR_PASSWDMISMATCH = () => numeric("464", [], "Password incorrect")
export const ERR_INVALIDUSERNAME = () => numeric("468", [], "Your username is not valid")
export const ERR_LINKCHANNEL = (channel: string, to: string) =>
  numeric("470", [channel, to], "Forwarding to another channel")
export const ERR_CHANNELISFULL = (channel: string) => numeric("471", [channel], "Cannot join channel (+l)")
export const ERR_UNKNOWNMODE = (mode: string) => numeric("472", [mode], "is unknown mode char to me")
export const ERR_INVITEONLYCHAN = (channel: string, text = "Cannot join channel (+i)") =>
  numeric("473", [channel], text)
export const ERR_BANNEDFROMCHAN = (channel: string, mode = "b") =>
  numeric("474", [channel], `Cannot join channel (+${mode})`)
export const ERR_BADCHANNELKEY = (channel: string) => numeric("475", [channel], "Cannot join channel (+k)")
export const ERR_BADCHANMASK = (channel: string) => numeric("476", [channel], "Bad Channel Mask")
export const ERR_NEEDREGGEDNICK = (target: string, text: string) => numeric("477", [target], text)
export const ERR_BANLISTFULL = (channel: string, mode: string) =>
  numeric("478", [channel, mode], "Channel list is full")
/** Says which right it is that is lacking, and where it stands who has it. */
export const ERR_NOPRIVILEGES = (right: Right) =>
  numeric("481", [], `Permission Denied- You're not an operator with the right \`${right}\`: see HELP ROLES`)
export const ERR_CHANOPRIVSNEEDED = (channel: string) =>
  numeric("482", [channel], "You're not channel operator")
export const ERR_UMODEUNKNOWNFLAG = () => numeric("501", [], "Unknown MODE flag")
export const ERR_USERSDONTMATCH = () => numeric("502", [], "Can't change mode for other users")
export const ERR_CANTSENDTOUSER = (nick: string, text: string) => numeric("531", [nick], text)
export const ERR_HELPNOTFOUND = (subject: string) =>
  numeric("524", [subject], "No help available on this topic")
export const ERR_INVALIDMODEPARAM = (target: string, mode: string, param: string, why: string) =>
  numeric("696", [target, mode, param], why)
