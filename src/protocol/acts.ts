// What the staff does that is written down: operators of the server, and whoever runs it (its console, `chat admin`, `chat invite`,
// `chat certs revoke`). Each act is named once, with the words that stand between who did it and to whom.

import type { ChannelName } from "./names.ts"

/** Where operators with the right `audit` read it: https://modern.ircdocs.horse/#channels */
export const AUDIT_CHANNEL = "#audit" as ChannelName

export const ACTS = {
  amode: "gave signs by account in",
  approve: "approved the request of",
  ban: "banned",
  deny: "denied the request of",
  drop: "gave up the channel",
  erase: "erased everything that was said by",
  invite: "invited",
  kick: "removed from a channel",
  kill: "disconnected",
  lockdown: "turned lockdown",
  mute: "muted",
  oper: "became an operator as",
  "oper-failed": "tried in vain to become an operator",
  password: "gave another password to",
  redact: "took back what was said by",
  register: "made the account",
  rehash: "asked for the configuration to be read again",
  revoke: "revoked certificates of",
  role: "gave a role to",
  stop: "stopped the server",
  unban: "lifted the ban of",
  unlock: "unlocked the authority's key",
  unmute: "lifted the mute of",
  wallops: "told all with mode w",
  withdraw: "withdrew an invitation of",
} as const

export type Act = keyof typeof ACTS
