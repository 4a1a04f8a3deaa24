// What 005 promises: https://modern.ircdocs.horse/#rplisupport-parameters. Made from the tables and limits that the commands
// obey, so that it cannot promise anything else.

import { ACCOUNT, MUTE } from "../protocol/ban-masks.ts"
import { ISUPPORT_TOKENS_MAX, MODES_MAX, MONITOR_MAX, TARGETS_MAX, USERHOST_MAX } from "../protocol/limits.ts"
import { BOT, lettersOf, PREFIXES } from "../protocol/modes.ts"
import { RPL_ISUPPORT } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import type { Settings } from "./seams.ts"

export function isupport(settings: Settings): Reply[] {
  const tokens = tokensOf(settings)
  const lines: Reply[] = []
  for (let at = 0; at < tokens.length; at += ISUPPORT_TOKENS_MAX) {
    lines.push(RPL_ISUPPORT(tokens.slice(at, at + ISUPPORT_TOKENS_MAX)))
  }
  return lines
}

function tokensOf({ networkName, limits }: Settings): string[] {
  const letters = PREFIXES.map((prefix) => prefix.letter).join("")
  const signs = PREFIXES.map((prefix) => prefix.sign).join("")
  const kinds = [lettersOf("list"), lettersOf("always"), lettersOf("whenSet"), lettersOf("never")]
  return [
    `ACCOUNTEXTBAN=${ACCOUNT}`,
    `AWAYLEN=${limits.awayLength}`,
    `BOT=${BOT}`,
    "CASEMAPPING=ascii",
    `CHANLIMIT=#:${limits.channelsPerUser}`,
    `CHANMODES=${kinds.join(",")}`,
    `CHANNELLEN=${limits.channelLength}`,
    "CHANTYPES=#",
    `CHATHISTORY=${limits.historyPage}`,
    "ELIST=CMNTU",
    "EXCEPTS=e",
    `EXTBAN=,${ACCOUNT}${MUTE}`,
    "INVEX=I",
    `KEYLEN=${limits.keyLength}`,
    `KICKLEN=${limits.kickLength}`,
    `MAXLIST=${[...lettersOf("list")].map((letter) => `${letter}:${limits.listModes}`).join(",")}`,
    `MAXTARGETS=${TARGETS_MAX}`,
    `MODES=${MODES_MAX}`,
    `MONITOR=${MONITOR_MAX}`,
    "MSGREFTYPES=msgid,timestamp",
    `NAMELEN=${limits.realnameLength}`,
    `NETWORK=${networkName.replace(/[^!-<>-~]/g, "_")}`,
    `NICKLEN=${limits.nickLength}`,
    `PREFIX=(${letters})${signs}`,
    "SAFELIST",
    `STATUSMSG=${signs}`,
    `TARGMAX=JOIN:,KICK:,LIST:,MONITOR:${MONITOR_MAX},NAMES:,NOTICE:${TARGETS_MAX},PART:,PRIVMSG:${TARGETS_MAX},TAGMSG:${TARGETS_MAX},USERHOST:${USERHOST_MAX},WHOIS:1`,
    `TOPICLEN=${limits.topicLength}`,
    `USERLEN=${limits.usernameLength}`,
    "UTF8ONLY",
    "WHOX",
  ]
}
