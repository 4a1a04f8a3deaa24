// Which handler takes which line.

import { format } from "../protocol/message.ts"
import type { Handler } from "./context.ts"
import { MEMBERSHIP } from "./membership.ts"
import { onCap } from "./negotiation.ts"
import { onMarkread } from "./reading.ts"
import { onFail, onNote, onNumeric, onServerError } from "./replies.ts"
import { onAuthenticate } from "./sasl.ts"
import { onRedact, onSpoken, onTags } from "./spoken.ts"

/** Undefined for a command that means nothing to us. */
export function handlerOf(command: string): Handler | undefined {
  return HANDLERS[command] ?? (/^\d/.test(command) ? onNumeric : undefined)
}

const onPing: Handler = (context, { params }) => {
  context.send(format({ command: "PONG", params: [], text: params.at(-1) ?? "" }))
}

const onPong: Handler = (context, { params }) => context.confirm(params.at(-1) ?? "")

const onAck: Handler = (context, { tags }) => context.confirm(tags.get("label") ?? "")

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...MEMBERSHIP,
  PRIVMSG: onSpoken,
  NOTICE: onSpoken,
  TAGMSG: onTags,
  REDACT: onRedact,
  MARKREAD: onMarkread,
  AUTHENTICATE: onAuthenticate,
  CAP: onCap,
  PING: onPing,
  PONG: onPong,
  ACK: onAck,
  FAIL: onFail,
  WARN: onNote,
  NOTE: onNote,
  ERROR: onServerError,
}
