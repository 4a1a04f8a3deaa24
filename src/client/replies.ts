// Answers that are not events: numerics (https://modern.ircdocs.horse/#numerics), FAIL, WARN and NOTE
// (https://ircv3.net/specs/extensions/standard-replies.html) and ERROR.

import type { Message } from "../protocol/message.ts"
import { isRefusalCode } from "../protocol/refusals.ts"
import type { Context, Handler } from "./context.ts"
import { readIsupport } from "./isupport.ts"
import { onWelcome } from "./registration.ts"
import { onSaslNumeric } from "./sasl.ts"

const NICK_IN_USE: ReadonlySet<string> = new Set(["433", "436", "437"])
/** 432 ERR_ERRONEUSNICKNAME, 431, 468: another underscore would not help. */
const NICK_IMPOSSIBLE: ReadonlySet<string> = new Set(["431", "432", "468"])
/** Told by what happens, or of no use to a person: welcome, LUSERS, creation times, the ends of lists. */
const SILENT: ReadonlySet<string> = new Set(
  "001 002 003 004 005 042 250 251 252 253 254 255 265 266 329 333 396".split(" "),
)

export const onNumeric: Handler = (context, message) => {
  const { command: code, params } = message
  if (code === "001") onWelcome(context, message)
  if (context.moderation.answered(context, message)) return
  if (code === "005") readIsupport(context.view, params.slice(1, -1))
  if (code >= "900" && code <= "908" && code !== "901") return onSaslNumeric(context, message)
  if (code >= "400" && code < "600" && code !== "422") return onError(context, message)
  if (!SILENT.has(code))
    context.tell({ type: "answer", code, params: params.slice(1, -1), text: params.at(-1) ?? "" })
}

function onError(context: Context, { command: code, params, tags }: Message) {
  const { view } = context
  const [, first = ""] = params
  const text = params.at(-1) ?? ""
  if (NICK_IN_USE.has(code) && !view.isChannel(first))
    return context.registration.refused(context, first, text, true)
  if (NICK_IMPOSSIBLE.has(code) && !view.registered)
    return context.registration.refused(context, first, text, false)
  // What a server without CAP says to it.
  if ((code === "421" || code === "451") && !view.registered) return
  if (refuseMessage(context, tags.get("label"), first, code, text)) return
  context.inquiries.refused(tags.get("label"))
  if (refuseJoin(context, first, code, text)) return
  context.tell({ type: "error", code, params: params.slice(1, -1), text })
}

// 401 no such nick, 403 no such channel, 404 cannot send, 407 too many targets, 412 no text, 417 line too long.
const OF_MESSAGES: ReadonlySet<string> = new Set("401 402 403 404 407 408 411 412 417 477 531".split(" "))

function refuseMessage(
  context: Context,
  label: string | undefined,
  target: string,
  code: string,
  reason: string,
) {
  const labelled = context.view.capabilities.has("labeled-response")
  if (label === undefined && (labelled || !OF_MESSAGES.has(code))) return false
  const entry = context.outbox.refuse(context, label, code === "417" ? undefined : target)
  if (!entry) return false
  context.tell({ type: "undelivered", target: entry.target, text: entry.text, code, reason })
  context.outbox.pump(context)
  return true
}

function refuseJoin(context: Context, target: string, code: string, reason: string) {
  const { view } = context
  if (view.channel(target) || !context.wanted.delete(view.key(target))) return false
  context.tell({ type: "joinRefused", target, code, reason })
  context.refuseAll(target, code, reason)
  context.histories.left(context, target)
  return true
}

/** One that names no channel means every one that was asked for. */
function refuseJoins(context: Context, named: readonly string[], code: string, reason: string) {
  const asked = Array.from(context.wanted.values(), ({ name }) => name)
  const meant = named.length > 0 ? named : asked
  return meant.filter((target) => refuseJoin(context, target, code, reason)).length > 0
}

export const onFail: Handler = (context, { params, tags }) => {
  const [command = "", code = "", ...rest] = params
  const text = rest.pop() ?? ""
  if (command === "CHATHISTORY" && !context.inquiries.failed(context, command, tags.get("label"))) {
    if (rest.includes("TARGETS")) context.direct.failed(context, code)
    return context.histories.failed(context, code, rest)
  }
  if (command === "SEARCH") context.inquiries.failed(context, command, tags.get("label"))
  if (command === "MARKREAD") return
  if (command === "*" && isRefusalCode(code)) return context.tell({ type: "refused", code, text })
  if (command === "NICK" && !context.view.registered)
    return context.registration.refused(context, rest[0] ?? "", text, code === "NICKNAME_IN_USE")
  const talk = command === "PRIVMSG" || command === "NOTICE" || tags.has("label")
  if (talk && refuseMessage(context, tags.get("label"), rest[0] ?? "", code, text)) return
  if (command === "JOIN" && refuseJoins(context, rest, code, text)) return
  context.tell({ type: "error", code, params: [command, ...rest], text })
}

export const onNote: Handler = (context, { command, params }) => {
  if (context.moderation.noted(context.view, params)) return
  context.tell({ type: "answer", code: command, params: params.slice(0, -1), text: params.at(-1) ?? "" })
}

/** `ERROR :CODE words` from our own server, any words from others. */
export const onServerError: Handler = (context, { params }) => {
  const [text = ""] = params
  const [, code = "", words = ""] = /^(\w+)(?: (.*))?$/s.exec(text) ?? []
  if (isRefusalCode(code)) context.tell({ type: "refused", code, text: words })
  else context.tell({ type: "refused", code: undefined, text })
}
