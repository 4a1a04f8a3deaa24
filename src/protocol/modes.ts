// Modes as data: https://modern.ircdocs.horse/#modes. ISUPPORT, 004, MODE and the manual are made from these tables.

import { isChannelName } from "./names.ts"

/** How a channel mode takes its parameter: CHANMODES types A to D, and prefixes. */
export type ModeKind = "list" | "always" | "whenSet" | "never" | "prefix"

export interface ChannelMode {
  readonly letter: string
  readonly kind: ModeKind
  /** What its parameter is, if it takes one. */
  readonly parameter?: string
  /** For the manual. */
  readonly meaning: string
}

export const CHANNEL_MODES: readonly ChannelMode[] = [
  { letter: "b", kind: "list", parameter: "mask", meaning: "ban: cannot join, nor speak without a sign" },
  { letter: "e", kind: "list", parameter: "mask", meaning: "exception: under no ban" },
  {
    letter: "I",
    kind: "list",
    parameter: "mask",
    meaning: "may join without an invitation while the channel is `i`",
  },
  { letter: "k", kind: "always", parameter: "key", meaning: "needed to join" },
  {
    letter: "f",
    kind: "whenSet",
    parameter: "channel",
    meaning: "who cannot join because of `i`, `l` or `R` comes into that one instead; for operators of both",
  },
  { letter: "l", kind: "whenSet", parameter: "number", meaning: "members there may be" },
  // The letter of InspIRCd's slowmode: https://github.com/inspircd/inspircd-contrib/pull/128. Others have none.
  {
    letter: "W",
    kind: "whenSet",
    parameter: "seconds",
    meaning: "slow mode: who has no sign says one message in that time; `10`, `30s`, `5m`, at most six hours",
  },
  { letter: "C", kind: "never", meaning: "no CTCP but ACTION (`/me`)" },
  { letter: "i", kind: "never", meaning: "joining needs an invitation" },
  { letter: "m", kind: "never", meaning: "only who has a sign speaks" },
  { letter: "M", kind: "never", meaning: "only who has an account, or a sign, speaks" },
  { letter: "n", kind: "never", meaning: "no messages from outside" },
  { letter: "R", kind: "never", meaning: "joining needs an account" },
  { letter: "s", kind: "never", meaning: "hidden from who is not in it" },
  {
    letter: "U",
    kind: "never",
    meaning:
      "what is said without a sign reaches operators and half-operators alone, and is not in the history",
  },
  { letter: "t", kind: "never", meaning: "only operators and half-operators set the topic" },
  {
    letter: "u",
    kind: "never",
    meaning:
      "auditorium: who has no sign is seen by those who have one, and by nobody else; all hear what is said",
  },
  {
    letter: "q",
    kind: "prefix",
    parameter: "nick",
    meaning: "founder: as `o`, is kicked by no `o`, and gives and takes `q`",
  },
  { letter: "o", kind: "prefix", parameter: "nick", meaning: "operator: all of this but `q`" },
  {
    letter: "h",
    kind: "prefix",
    parameter: "nick",
    meaning: "half-operator: speaks, sets the topic, gives and takes voice, kicks those without `o` or `h`",
  },
  { letter: "v", kind: "prefix", parameter: "nick", meaning: "voice: speaks" },
]

export interface Prefix {
  readonly letter: string
  readonly sign: string
  readonly bit: number
}

export const VOICE = 1
export const HALF_OPERATOR = 2
export const OPERATOR = 8
export const FOUNDER = 16

/** Highest first, as PREFIX of ISUPPORT lists them. */
export const PREFIXES: readonly Prefix[] = [
  { letter: "q", sign: "~", bit: FOUNDER },
  { letter: "o", sign: "@", bit: OPERATOR },
  { letter: "h", sign: "%", bit: HALF_OPERATOR },
  { letter: "v", sign: "+", bit: VOICE },
]

/** `sign` and the channel of a target such as `@#den`: https://modern.ircdocs.horse/#statusmsg-parameter */
export function statusTarget(target: string): { prefix: Prefix; name: string } | undefined {
  const prefix = PREFIXES.find(({ sign }) => target.startsWith(sign))
  return prefix && isChannelName(target.slice(1)) ? { prefix, name: target.slice(1) } : undefined
}

export interface UserMode {
  readonly letter: string
  readonly meaning: string
}

/** Value of BOT in ISUPPORT: https://ircv3.net/specs/extensions/bot-mode.html */
export const BOT = "B"

export const USER_MODES: readonly UserMode[] = [
  { letter: BOT, meaning: "bot, which others see in WHOIS, WHO and a tag" },
  { letter: "i", meaning: "invisible to who shares no channel with you" },
  { letter: "o", meaning: "operator of the server, given by OPER alone and seen by all" },
  { letter: "R", meaning: "only who has an account may write to you, and who you wrote to or accepted" },
  { letter: "T", meaning: "no CTCP to you but ACTION" },
  { letter: "w", meaning: "hears WALLOPS" },
]

/** The modes of a channel that is made by joining it, where a site has not decided otherwise. */
export const NEW_CHANNEL_MODES = "nt"

const BY_LETTER = new Map(CHANNEL_MODES.map((mode) => [mode.letter, mode]))

export function channelMode(letter: string): ChannelMode | undefined {
  return BY_LETTER.get(letter)
}

export function lettersOf(...kinds: ModeKind[]): string {
  return CHANNEL_MODES.filter((mode) => kinds.includes(mode.kind))
    .map((mode) => mode.letter)
    .join("")
}

/** The signs of `prefixes` (bits), highest first: all with multi-prefix, else the highest. */
export function signs(prefixes: number, all: boolean): string {
  let text = ""
  for (const prefix of PREFIXES) {
    if (!(prefixes & prefix.bit)) continue
    text += prefix.sign
    if (!all) break
  }
  return text
}
