// How names compare, CASEMAPPING in ISUPPORT: https://modern.ircdocs.horse/#casemapping-parameter. `ascii` knows the letters of
// ASCII alone, and nicks of nothing else; `precis` all scripts, and refuses nicks that look like another.

import {
  byteLength,
  folded,
  parseChannelName,
  parseNick,
  RESERVED,
  type ChannelName,
  type Nick,
} from "./names.ts"
import { isPrecis, precisFolded, skeleton } from "./precis.ts"

export interface Casemapping {
  /** The key under which a name is kept in a map; of masks too. */
  folded(name: string): string
  parseNick(text: string, bytesMax: number): Nick | undefined
  /** Whether people would take who has this name for the server, or for one of its services. */
  isReserved(name: string): boolean
  parseChannelName(text: string, bytesMax: number): ChannelName | undefined
  /** What is the same for two names that look alike; absent where nicks are too plain to ask. */
  readonly skeleton?: (name: string) => string
}

export type CasemappingName = "ascii" | "precis"

export const CASEMAPPINGS: Readonly<Record<CasemappingName, Casemapping>> = {
  ascii: { folded, parseNick, isReserved: (name) => RESERVED.has(folded(name)), parseChannelName },
  precis: {
    folded: precisFolded,
    skeleton,
    parseNick: (text, bytesMax) =>
      NICK.test(precisFolded(text)) && isPrecis(text) && byteLength(text) <= bytesMax
        ? (text as Nick)
        : undefined,
    isReserved: (name) => reservedLooks().has(skeleton(name)),
    parseChannelName(text, bytesMax) {
      const right = parseChannelName(precisFolded(text), bytesMax) && isPrecis(text.slice(1))
      return right ? parseChannelName(text, bytesMax) : undefined
    },
  },
}

let looks: ReadonlySet<string> | undefined

// An upper-case I looks like another letter than a lower-case one.
function reservedLooks(): ReadonlySet<string> {
  return (looks ??= new Set([...RESERVED].flatMap((name) => [skeleton(name), skeleton(name.toUpperCase())])))
}

// As a nick of ASCII, and what PRECIS judges besides.
const NICK = /^(?![0-9-])[A-Za-z0-9[\]\\`_^{|}\u{80}-\u{10ffff}-]+$/u
