// Cuts a message to what a session has negotiated: https://ircv3.net/specs/extensions/message-tags.html,
// server-time, message-ids, account-tag. Rendered once per set of capabilities, never per session.

import {
  ACCOUNT_TAG,
  BATCH,
  MESSAGE_TAGS,
  MULTILINE,
  RENDERING,
  SERVER_TIME,
} from "../protocol/capabilities.ts"
import { LINE_BYTES_MAX, REPEATED_TAG_BYTES_MAX } from "../protocol/limits.ts"
import { escapeTag, format, formatTags, type Parts, type Tags } from "../protocol/message.ts"
import { byteLength, truncated } from "../protocol/names.ts"
import { serverTime } from "../protocol/server-time.ts"
import type { Msgid } from "../protocol/msgid.ts"
import { CONCAT_TAG, type TextLine } from "./multiline.ts"
import { Line } from "./outbox.ts"

/** A message on its way out; the optional facts become tags for who asked for them. */
export interface Content extends Parts {
  readonly at?: number | undefined
  readonly msgid?: Msgid | undefined
  readonly account?: string | undefined
  readonly bot?: boolean | undefined
  /** Client-only tags, relayed as they came. */
  readonly clientTags?: Tags | undefined
  /** The batch it belongs to: https://ircv3.net/specs/extensions/batch.html */
  readonly batch?: string | undefined
  /** What `text` is made of when it has several lines, and the reference of the batch that holds them. */
  readonly multiline?: { readonly reference: string; readonly lines: readonly TextLine[] } | undefined
  /** A session without one of these capabilities gets nothing. */
  readonly needs?: number | undefined
  /** What a session with capability `bit` gets in place of `params` and `text`. */
  readonly extended?:
    { readonly bit: number; readonly params: readonly string[]; readonly text?: string } | undefined
}

export class Outgoing {
  readonly content: Content
  readonly needs: number
  readonly #rendering: number
  // A handful at most: a list is searched faster than a map.
  readonly #masks: number[] = []
  readonly #lines: Line[] = []

  constructor(content: Content) {
    this.content = content
    this.needs = content.needs ?? 0
    // Whose message has one line is rendered alike with and without multiline.
    this.#rendering = content.multiline ? RENDERING | MULTILINE | BATCH : RENDERING
  }

  /** The line for a session with these capabilities, the same object for the same rendering. */
  line(capabilities: number): Line {
    const mask = capabilities & this.#rendering
    for (let i = 0; i < this.#masks.length; i++) {
      const line = this.#lines[i]
      if (this.#masks[i] === mask && line) return line
    }
    const line = new Line(render(this.content, mask, ""))
    this.#masks.push(mask)
    this.#lines.push(line)
    return line
  }
}

/** Renders for one set of capabilities; `first` is tags in wire form that go before all others (label, batch). */
export function render(content: Content, capabilities: number, first: string): string {
  const { extended, multiline } = content
  if (multiline) return inLines(content, multiline, capabilities, first).join("\r\n")
  if (extended && capabilities & extended.bit) {
    const { source, command } = content
    const { params, text } = extended
    return fitted({ source, command, params, text }, tagsOf(content, capabilities, first))
  }
  return fitted(content, tagsOf(content, capabilities, first))
}

// https://ircv3.net/specs/extensions/multiline.html: a batch for who knows of it, else "servers MUST deliver the component
// messages without using a multiline BATCH", blank lines left out.
function inLines(
  content: Content,
  { reference, lines }: NonNullable<Content["multiline"]>,
  capabilities: number,
  first: string,
): string[] {
  const { source, command, params } = content
  // "Start and end messages of one batch MAY refer to another batch. If they do, they both MUST have batch tag".
  const outer = first.startsWith("batch=") ? first : ""
  if ((capabilities & MULTILINE) === 0 || (capabilities & BATCH) === 0) {
    const { msgid: _, clientTags, ...others } = content
    const rest = clientTags && isShort(clientTags) ? { ...others, clientTags } : others
    const shown = lines.filter(({ text }) => text !== "")
    return shown.map(({ text }, i) => {
      const tags = i === 0 ? tagsOf(content, capabilities, first) : tagsOf(rest, capabilities, outer)
      return fitted({ source, command, params, text }, tags)
    })
  }
  const begin = { source, command: "BATCH", params: [`+${reference}`, "draft/multiline", ...params] }
  const inside = lines.map(({ text, concat }) =>
    fitted({ source, command, params, text }, `batch=${reference}${concat ? `;${CONCAT_TAG}` : ""}`),
  )
  const end = fitted({ source, command: "BATCH", params: [`-${reference}`] }, outer)
  return [fitted(begin, tagsOf(content, capabilities, first)), ...inside, end]
}

// "Tags MAY also be included on subsequent lines where it makes sense to do so": not where they would be most of it.
function isShort(clientTags: Tags): boolean {
  return byteLength(formatTags(clientTags)) <= REPEATED_TAG_BYTES_MAX
}

// An answer that repeats what it was sent may outgrow a line. What people say never does: it is refused when it is too long.
function fitted(parts: Parts, tags: string): string {
  const whole = format(parts)
  const line = truncated(whole, LINE_BYTES_MAX - CRLF_BYTES)
  // Cut before its text, it would end in a space that begins nothing.
  const kept = line.length === whole.length ? line : line.replace(/ :?$/, "")
  return tags === "" ? kept : `@${tags} ${kept}`
}

const CRLF_BYTES = 2

function tagsOf(content: Content, capabilities: number, first: string): string {
  let tags = first
  if (capabilities & SERVER_TIME && content.at !== undefined)
    tags = and(tags, `time=${serverTime(content.at)}`)
  if (capabilities & MESSAGE_TAGS && content.msgid !== undefined) tags = and(tags, `msgid=${content.msgid}`)
  if (capabilities & ACCOUNT_TAG && content.account !== undefined) {
    tags = and(tags, `account=${escapeTag(content.account)}`)
  }
  if (capabilities & MESSAGE_TAGS && content.bot) tags = and(tags, "bot")
  if (capabilities & MESSAGE_TAGS && content.clientTags?.size)
    tags = and(tags, formatTags(content.clientTags))
  return tags
}

const and = (tags: string, more: string) => (tags === "" ? more : `${tags};${more}`)
