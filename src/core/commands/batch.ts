// BATCH: https://ircv3.net/specs/extensions/client-batch.html. The one type is a message of several lines:
// https://ircv3.net/specs/extensions/multiline.html

import { BATCH as BATCHES, MULTILINE } from "../../protocol/capabilities.ts"
import { ERR_UNKNOWNCOMMAND } from "../../protocol/numerics.ts"
import { FAIL } from "../../protocol/reply.ts"
import { invalid, refuse } from "../client-batch.ts"
import { command, type Answer, type UserContext } from "../command.ts"
import { combined } from "../multiline.ts"

export const BATCH = command({
  name: "BATCH",
  syntax: "<+|-reference> [<type> [<target>]]",
  help: "Sends a message of several lines: opens it, and closes it after them.",
  specification: "https://ircv3.net/specs/extensions/client-batch.html",
  run(context, signed: string, type = "", target?: string) {
    const { session } = context
    // "the `batch` capability which MUST be negotiated to use multiline messages"
    if (!session.has(MULTILINE) || !session.has(BATCHES)) return ERR_UNKNOWNCOMMAND("BATCH")
    const reference = signed.slice(1)
    if (signed.startsWith("-")) return close(context, reference)
    if (!signed.startsWith("+") || !REFERENCE.test(reference))
      return FAIL("BATCH", "INVALID_REFTAG", [signed], "A reference is of letters, digits and hyphens")
    return open(context, reference, type, target)
  },
})

const REFERENCE = /^[A-Za-z0-9-]{1,64}$/

function open(context: UserContext, reference: string, type: string, target: string | undefined): Answer {
  const { session, message, now, defer } = context
  const before = session.batch
  const batch = {
    reference,
    target: target ?? "",
    tags: message.tags,
    openedAt: now,
    failed: true,
    command: undefined,
    lines: [],
    bytes: 0,
  }
  session.batch = { ...batch, resume: () => {} }
  // "Once a client has opened a batch, it MUST NOT send any messages that are not part of the batch, until it is closed".
  if (before?.failed === false) return refuse(before, invalid("Another batch was still open"))
  if (type !== "draft/multiline")
    return FAIL("BATCH", "UNKNOWN_TYPE", [reference, type], "Batches of this type cannot be sent")
  if (target === undefined || target === "" || target.includes(",")) return invalid("A batch has one target")
  session.batch = { ...batch, failed: false, resume: defer() }
  return undefined
}

function close(context: UserContext, reference: string): Answer {
  const { session, obey } = context
  const { batch } = session
  if (batch?.reference !== reference) return invalid("There is no such batch")
  session.batch = undefined
  if (batch.failed) return undefined
  batch.resume()
  const { target, tags, lines, command: kind } = batch
  if (kind === undefined || lines.every(({ text }) => text === ""))
    return invalid("A message is not of blank lines alone")
  const { text, cuts } = combined(lines)
  const whole = { tags, source: undefined, command: kind, params: [target, text] }
  return obey(lines.length === 1 ? whole : { ...whole, cuts })
}
