// Modes as data: https://modern.ircdocs.horse/#modes. ISUPPORT, 004, MODE and the manual are made from these tables.

import { isChannelName } from "./names.ts"

/** How a channel mode takes its parameter: CHANMODES types A to D, and prefixes. */
export type ModeKind = "list" | "always" | "whenSet" | "never" | "prefix"

export interface ChannelMode {
  readonly letter: string
  readonly kind: ModeKind
  readonly meaning: string
}

export const CHANNEL_MODES: readonly ChannelMode[] = [
  { letter: "b", kind: "list", meaning: "ban: who matches the mask cannot join or speak" },
  { letter: "e", kind: "list", meaning: "exception: who matches the mask is under no ban" },
  { letter: "I", kind: "list", meaning: "invitation: who matches the mask needs no other" },
  { letter: "k", kind: "always", meaning: "key: needed to join" },
  { letter: "f", kind: "whenSet", meaning: "forward: the channel for who cannot join, by i, l or R" },
  { letter: "l", kind: "whenSet", meaning: "limit: how many members may be in" },
  { letter: "C", kind: "never", meaning: "no CTCP but ACTION" },
  { letter: "i", kind: "never", meaning: "invite-only: joining needs an invitation" },
  { letter: "m", kind: "never", meaning: "moderated: only operators and voiced members speak" },
  { letter: "M", kind: "never", meaning: "only who has an account, or a sign, speaks" },
  { letter: "n", kind: "never", meaning: "no messages from outside" },
  { letter: "R", kind: "never", meaning: "only who has an account joins" },
  { letter: "s", kind: "never", meaning: "secret: hidden from who is not in it" },
  {
    letter: "U",
    kind: "never",
    meaning: "what is said without a sign reaches operators and half-operators alone",
  },
  { letter: "t", kind: "never", meaning: "only operators set the topic" },
  { letter: "o", kind: "prefix", meaning: "operator" },
  { letter: "h", kind: "prefix", meaning: "half-operator: gives voice, sets the topic" },
  { letter: "v", kind: "prefix", meaning: "voice" },
]

export interface Prefix {
  readonly letter: string
  readonly sign: string
  readonly bit: number
}

export const VOICE = 1
export const HALF_OPERATOR = 2
export const OPERATOR = 8

/** Highest first, as PREFIX of ISUPPORT lists them; bits leave room for founder (16). */
export const PREFIXES: readonly Prefix[] = [
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
  { letter: BOT, meaning: "bot: shown as a program in WHOIS, WHO and with what it says" },
  { letter: "i", meaning: "invisible: not shown to who shares no channel" },
  { letter: "o", meaning: "operator of the server: given by OPER alone" },
  { letter: "R", meaning: "only who has an account, or was accepted, may write to you" },
  { letter: "T", meaning: "no CTCP to you but ACTION" },
  { letter: "w", meaning: "hears WALLOPS" },
]

/** The modes of a channel that is made by joining it. */
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
