// How names compare, CASEMAPPING in ISUPPORT: https://modern.ircdocs.horse/#casemapping-parameter. `ascii` knows the letters of
// ASCII alone, and nicks of nothing else; `precis` all scripts, and refuses nicks that look like another.

import { byteLength, folded, parseChannelName, parseNick, type ChannelName, type Nick } from "./names.ts"
import { isPrecis, precisFolded, skeleton } from "./precis.ts"

export interface Casemapping {
  /** The key under which a name is kept in a map; of masks too. */
  folded(name: string): string
  parseNick(text: string, bytesMax: number): Nick | undefined
  parseChannelName(text: string, bytesMax: number): ChannelName | undefined
  /** What is the same for two names that look alike; absent where nicks are too plain to ask. */
  readonly skeleton?: (name: string) => string
}

export type CasemappingName = "ascii" | "precis"

export const CASEMAPPINGS: Readonly<Record<CasemappingName, Casemapping>> = {
  ascii: { folded, parseNick, parseChannelName },
  precis: {
    folded: precisFolded,
    skeleton,
    parseNick: (text, bytesMax) =>
      NICK.test(precisFolded(text)) && isPrecis(text) && byteLength(text) <= bytesMax
        ? (text as Nick)
        : undefined,
    parseChannelName(text, bytesMax) {
      const right = parseChannelName(precisFolded(text), bytesMax) && isPrecis(text.slice(1))
      return right ? parseChannelName(text, bytesMax) : undefined
    },
  },
}

// As a nick of ASCII, and what PRECIS judges besides.
const NICK = /^(?![0-9-])[A-Za-z0-9[\]\\`_^{|}\u{80}-\u{10ffff}-]+$/u
