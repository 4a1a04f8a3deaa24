// PRIVMSG and NOTICE, with the one CTCP that is part of talk: https://modern.ircdocs.horse/ctcp.html#action

import type { Message, Tags } from "../protocol/message.ts"
import { fullMask, matches } from "../protocol/masks.ts"
import { folded } from "../protocol/names.ts"
import type { Context, Handler } from "./context.ts"
import { nickOf, timeOf } from "./context.ts"
import type { Happening, Spoken } from "./happening.ts"
import { ID_LENGTH_MAX } from "./limits.ts"

export const onSpoken: Handler = (context, message) => {
  const spoken = spokenOf(context, message, false)
  if (!spoken) return
  if (spoken.own) confirm(context, message)
  context.tell(spoken)
}

/** What a PRIVMSG or NOTICE says; undefined for anything else, for other CTCP, and from who is ignored. */
export function spokenOf(context: Context, message: Message, past: boolean): Spoken | undefined {
  const { command, params, tags, source = "" } = message
  const [, words = ""] = params
  if ((command !== "PRIVMSG" && command !== "NOTICE") || isIgnored(context, source)) return undefined
  const action = /^\x01ACTION (.*?)\x01?$/s.exec(words)?.[1]
  if (action === undefined && words.startsWith("\x01")) return undefined
  const { view } = context
  const { from, own, target } = partiesOf(context, message)
  const text = action ?? words
  return {
    type: command === "NOTICE" ? "notice" : action === undefined ? "message" : "action",
    at: timeOf(context, message),
    id: idOf(message),
    target,
    from,
    account: tags.get("account"),
    text,
    replyTo: replyTo(tags),
    tags,
    own,
    mention: !own && command === "PRIVMSG" && names(text, view.nick),
    past,
  }
}

/**
 * One that is longer than any would only be kept for nothing, and "message IDs MUST NOT start with a colon and MUST NOT contain any of
 * SPACE, CR, LF": it could not be named. https://ircv3.net/specs/extensions/message-ids.html#tag-value
 */
export function idOf({ tags }: Message): string | undefined {
  const id = tags.get("msgid")
  return id === undefined || id.length > ID_LENGTH_MAX || /^(?::|$)|[ \r\n]/.test(id) ? undefined : id
}

/** Who speaks, and the conversation it belongs to: a channel, or the other person. */
function partiesOf({ view }: Context, message: Message) {
  const [to = ""] = message.params
  const from = nickOf(message)
  const own = view.isOwn(from)
  // Signs before a channel address its operators only: https://modern.ircdocs.horse/#statusmsg-parameter
  const plain = view.isChannel(to) ? to : to.replace(/^[~&@%+!.]+(?=[#&])/, "")
  const target = view.isChannel(plain) || own || !message.source?.includes("!") ? plain : from
  return { from, own, target }
}

/** https://ircv3.net/specs/client-tags/reply.html */
function replyTo(tags: Tags): string | undefined {
  return tags.get("+reply") ?? tags.get("+draft/reply")
}

/** What tags say without a text: https://ircv3.net/specs/client-tags/react.html. Typing is not for lines. */
export const onTags: Handler = (context, message) => {
  const reaction = reactionOf(context, message)
  if (reaction) context.tell(reaction)
}

export function reactionOf(
  context: Context,
  message: Message,
): (Happening & { type: "reaction" }) | undefined {
  const { tags, source = "" } = message
  const [added, taken] = [tags.get("+draft/react"), tags.get("+draft/unreact")]
  const text = added ?? taken
  const of = replyTo(tags)
  if (of === undefined || text === undefined || text === "" || isIgnored(context, source)) return undefined
  const { from, own, target } = partiesOf(context, message)
  const at = timeOf(context, message)
  const account = tags.get("account")
  return { type: "reaction", at, target, from, account, of, text, removed: added === undefined, own }
}

/** https://ircv3.net/specs/extensions/message-redaction.html */
export const onRedact: Handler = (context, message) => {
  const [, of = "", reason = ""] = message.params
  const { from, target } = partiesOf(context, message)
  context.tell({ type: "redacted", at: timeOf(context, message), target, from, of, reason })
}

function confirm(context: Context, message: Message) {
  const label = message.tags.get("label")
  const [target = "", text = ""] = message.params
  if (label !== undefined && context.outbox.confirmLabel(label)) return
  if (label === undefined) context.outbox.confirmText(context, target, text, nickOf(message))
}

function isIgnored(context: Context, source: string): boolean {
  for (const mask of context.view.ignored) if (matches(folded(fullMask(mask)), folded(source))) return true
  return false
}

// What a nick may consist of: https://modern.ircdocs.horse/#clients
const NICK_CHARACTER = /[\w[\]\\`^{|}-]/

/** Whether `text` names `nick` as a word of its own. */
function names(text: string, nick: string): boolean {
  const [haystack, needle] = [folded(text), folded(nick)]
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const around = (haystack[at - 1] ?? " ") + (haystack[at + needle.length] ?? " ")
    if (!NICK_CHARACTER.test(around)) return true
  }
  return false
}
