// What 005 promises: https://modern.ircdocs.horse/#rplisupport-parameters. Made from the tables and limits that the commands
// obey, so that it cannot promise anything else.

import { ACCOUNT, MUTE } from "../protocol/ban-masks.ts"
import { BATCH, EXTENDED_ISUPPORT } from "../protocol/capabilities.ts"
import { ISUPPORT_TOKENS_MAX, USERHOST_MAX } from "../protocol/limits.ts"
import { BOT, lettersOf, PREFIXES } from "../protocol/modes.ts"
import { RPL_ISUPPORT } from "../protocol/numerics.ts"
import type { Content } from "./narrow.ts"
import type { Settings } from "./seams.ts"
import type { Session } from "./session.ts"

/** In a batch for who asked for one: https://ircv3.net/specs/extensions/extended-isupport.html */
export function isupport(settings: Settings, session: Session, newBatch: () => string): Content[] {
  const lines = linesOf(settings)
  if (!session.has(BATCH) || !session.has(EXTENDED_ISUPPORT)) return lines
  const batch = newBatch()
  return [
    { command: "BATCH", params: [`+${batch}`, "draft/isupport"] },
    ...lines.map((line) => ({ ...line, batch })),
    { command: "BATCH", params: [`-${batch}`] },
  ]
}

function linesOf(settings: Settings): Content[] {
  const tokens = tokensOf(settings)
  const lines: Content[] = []
  for (let at = 0; at < tokens.length; at += ISUPPORT_TOKENS_MAX) {
    lines.push(RPL_ISUPPORT(tokens.slice(at, at + ISUPPORT_TOKENS_MAX)))
  }
  return lines
}

function tokensOf({ access, networkName, limits, casemapping }: Settings): string[] {
  const letters = PREFIXES.map((prefix) => prefix.letter).join("")
  const signs = PREFIXES.map((prefix) => prefix.sign).join("")
  const { monitor, targets } = limits
  const kinds = [lettersOf("list"), lettersOf("always"), lettersOf("whenSet"), lettersOf("never")]
  return [
    `ACCOUNTEXTBAN=${ACCOUNT}`,
    `AWAYLEN=${limits.awayLength}`,
    `BOT=${BOT}`,
    `CASEMAPPING=${casemapping}`,
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
    `MAXTARGETS=${targets}`,
    `MODES=${limits.modes}`,
    `MONITOR=${monitor}`,
    "MSGREFTYPES=msgid,timestamp",
    `NAMELEN=${limits.realnameLength}`,
    `NETWORK=${networkName.replace(/[^!-<>-~]/g, "_")}`,
    `NICKLEN=${limits.nickLength}`,
    `PREFIX=(${letters})${signs}`,
    "SAFELIST",
    `STATUSMSG=${signs}`,
    `TARGMAX=JOIN:,KICK:,LIST:,MONITOR:${monitor},NAMES:,NOTICE:${targets},PART:,PRIVMSG:${targets},TAGMSG:${targets},USERHOST:${USERHOST_MAX},WHOIS:1`,
    `TOPICLEN=${limits.topicLength}`,
    `USERLEN=${limits.usernameLength}`,
    "UTF8ONLY",
    "WHOX",
    // https://ircv3.net/specs/extensions/account-registration.html#isupport-token
    ...(access === "members" ? ["draft/ACCOUNTREQUIRED"] : []),
  ]
}
