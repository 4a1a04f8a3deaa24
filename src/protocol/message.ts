// One IRC line, apart and together again: https://modern.ircdocs.horse/#message-format and
// https://ircv3.net/specs/extensions/message-tags.html#format

export type Tags = ReadonlyMap<string, string>

/** A parsed line; `command` is upper case, `tags` holds unescaped values (an absent value is ""). */
export interface Message {
  readonly tags: Tags
  readonly source: string | undefined
  readonly command: string
  readonly params: readonly string[]
}

export const NO_TAGS: Tags = new Map()

// The grammar knows letters or three digits; anything else is a command that nobody knows, and is answered as one.
const COMMAND = /^[!-9;-?A-~][!-~]*$/

/** Parses one line without its CR LF; undefined when no command can be found in it. */
export function parse(line: string): Message | undefined {
  let at = 0
  let tags = NO_TAGS
  let source: string | undefined
  if (line.charCodeAt(0) === 64 /* @ */) {
    const end = wordEnd(line, 1)
    tags = parseTags(line.slice(1, end))
    at = skipSpaces(line, end)
  } else at = skipSpaces(line, 0)
  if (line.charCodeAt(at) === 58 /* : */) {
    const end = wordEnd(line, at + 1)
    source = line.slice(at + 1, end)
    at = skipSpaces(line, end)
  }
  const commandEnd = wordEnd(line, at)
  const command = line.slice(at, commandEnd)
  if (!COMMAND.test(command)) return undefined
  return { tags, source, command: command.toUpperCase(), params: parseParams(line, commandEnd) }
}

function parseParams(line: string, from: number): string[] {
  const params: string[] = []
  let at = skipSpaces(line, from)
  while (at < line.length) {
    if (line.charCodeAt(at) === 58 /* : */) {
      params.push(line.slice(at + 1))
      break
    }
    const end = wordEnd(line, at)
    params.push(line.slice(at, end))
    at = skipSpaces(line, end)
  }
  return params
}

function wordEnd(line: string, from: number): number {
  const end = line.indexOf(" ", from)
  return end < 0 ? line.length : end
}

function skipSpaces(line: string, from: number): number {
  let at = from
  while (line.charCodeAt(at) === 32) at++
  return at
}

/** `text` is the last parameter and always written with its colon, as clients expect of prose. */
export interface Parts {
  readonly source?: string | undefined
  readonly command: string
  readonly params: readonly string[]
  readonly text?: string | undefined
}

/** Writes a line without CR LF. `tags` is already in wire form, without the `@`. */
export function format(parts: Parts, tags = ""): string {
  let line = tags === "" ? "" : `@${tags} `
  if (parts.source !== undefined) line += `:${parts.source} `
  line += parts.command
  const { params, text } = parts
  const middles = text === undefined ? params.length - 1 : params.length
  for (let i = 0; i < middles; i++) line += ` ${params[i]}`
  if (text !== undefined) line += ` :${text}`
  else if (middles >= 0) line += ` ${lastParam(params[middles] ?? "")}`
  if (BREAKS.test(line)) throw new Error(`a line may not contain NUL, CR or LF: ${JSON.stringify(line)}`)
  return line
}

// The one place every outgoing line passes: whatever else goes wrong, no line can be split in two.
const BREAKS = /[\0\r\n]/

function lastParam(param: string): string {
  return param === "" || param.startsWith(":") || param.includes(" ") ? `:${param}` : param
}

/** Parses the tags of a line, without the `@`; the last of two equal keys counts, as the specification says. */
export function parseTags(text: string): Tags {
  const tags = new Map<string, string>()
  for (const item of text.split(";")) {
    if (item === "") continue
    const equals = item.indexOf("=")
    if (equals < 0) tags.set(item, "")
    else tags.set(item.slice(0, equals), unescapeTag(item.slice(equals + 1)))
  }
  return tags
}

/** Tags in wire form, without the `@`. */
export function formatTags(tags: Iterable<readonly [string, string]>): string {
  let out = ""
  for (const [key, value] of tags) {
    if (out !== "") out += ";"
    out += value === "" ? key : `${key}=${escapeTag(value)}`
  }
  return out
}

const ESCAPES: Readonly<Record<string, string>> = { ":": ";", s: " ", r: "\r", n: "\n" }
const UNESCAPES: Readonly<Record<string, string>> = {
  ";": "\\:",
  " ": "\\s",
  "\\": "\\\\",
  "\r": "\\r",
  "\n": "\\n",
}

export function escapeTag(value: string): string {
  return value.replace(/[; \\\r\n]/g, (c) => UNESCAPES[c] ?? c)
}

export function unescapeTag(value: string): string {
  if (!value.includes("\\")) return value
  return value.replace(/\\(.?)/g, (_, c: string) => ESCAPES[c] ?? c)
}
