// What every line that the server sends has to be: https://modern.ircdocs.horse/#message-format and
// https://ircv3.net/specs/extensions/message-tags.html#size-limit

import { LINE_BYTES_MAX, SERVER_TAG_BYTES_MAX } from "../../src/protocol/limits.ts"
import { parse, type Message } from "../../src/protocol/message.ts"

/** The parsed line; throws for one that breaks a rule. */
export function wellFormed(line: string): Message {
  const tagsEnd = line.startsWith("@") ? line.indexOf(" ") + 1 : 0
  const bytes = Buffer.byteLength(line.slice(tagsEnd)) + 2
  if (bytes > LINE_BYTES_MAX) throw new Error(`${bytes} bytes are no line: ${line}`)
  if (Buffer.byteLength(line.slice(0, tagsEnd)) > SERVER_TAG_BYTES_MAX)
    throw new Error(`too many tags: ${line}`)
  if (/[\0\r\n]/.test(line)) throw new Error(`a line breaks in two: ${JSON.stringify(line)}`)
  const message = parse(line)
  if (!message) throw new Error(`a line without a command: ${line}`)
  if (/ {2}| $/.test(line.slice(tagsEnd).split(" :", 1)[0]!)) throw new Error(`an empty parameter: ${line}`)
  return message
}
