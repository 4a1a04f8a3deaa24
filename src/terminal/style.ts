// What a terminal can show: colours and signs, or neither.

export interface Style {
  /** Whether escape sequences may be written at all. */
  readonly colour: boolean
  /** Only ASCII in what this program itself says. */
  readonly ascii: boolean
}

const COLOURS = [31, 32, 33, 34, 35, 36, 91, 92, 94, 95, 96] as const

/** A nick in a colour of its own, the same every time. */
export function coloured(nick: string, { colour }: Style): string {
  if (!colour) return nick
  let hash = 0
  for (const c of nick.toLowerCase()) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) >>> 0
  return `\x1b[${COLOURS[hash % COLOURS.length]}m${nick}\x1b[0m`
}

export function bold(text: string, { colour }: Style): string {
  return colour ? `\x1b[1m${text}\x1b[0m` : text
}

export function dim(text: string, { colour }: Style): string {
  return colour ? `\x1b[2m${text}\x1b[0m` : text
}

export function dash({ ascii }: Style): string {
  return ascii ? "-" : "—"
}
