// A batch that a client has opened, line by line: https://ircv3.net/specs/extensions/client-batch.html and
// https://ircv3.net/specs/extensions/multiline.html

import { MULTILINE } from "../protocol/capabilities.ts"
import { BATCH_OPEN_MS_MAX, type Limits } from "../protocol/limits.ts"
import type { Message, Tags } from "../protocol/message.ts"
import { byteLength } from "../protocol/names.ts"
import { FAIL, type Reply } from "../protocol/reply.ts"
import type { Answer, Context } from "./command.ts"
import { CONCAT_TAG, type TextLine } from "./multiline.ts"
import type { Session } from "./session.ts"
import { isRelayable } from "./user.ts"

export interface OpenBatch {
  readonly reference: string
  readonly target: string
  /** Of the line that opened it; they are the whole message's. */
  readonly tags: Tags
  /** ms since 1970. */
  readonly openedAt: number
  /** Takes up again the answer to the label of the line that opened it. */
  readonly resume: () => void
  /** Whether it was refused: what still comes of it is passed over. */
  failed: boolean
  /** That of its first line; all others have the same. */
  command: string | undefined
  readonly lines: TextLine[]
  /** Bytes of the combined text. */
  bytes: number
}

const SPEECH: ReadonlySet<string> = new Set(["PRIVMSG", "NOTICE", "TAGMSG"])

/** Whether a line is for `gather`: it names a batch, or it may not stand between the lines of the one that is open. */
export function isBatched(session: Session, { tags, command }: Message): boolean {
  const { batch } = session
  if (!batch && !tags.has("batch")) return false
  if (!session.has(MULTILINE)) return false
  return tags.has("batch") || (batch?.failed === false && SPEECH.has(command))
}

/** Adds a line to the session's batch, or says why the batch is void. */
export function gather({ session, message, net }: Context): Answer {
  const { batch, user } = session
  const reference = message.tags.get("batch")
  if (!batch || !user || (batch.failed && batch.reference !== reference))
    return invalid("There is no such batch")
  if (batch.failed) return undefined
  if (batch.reference !== reference) return refuse(batch, invalid("This is no part of the open batch"))
  const { command, params, tags } = message
  const [target, text] = params
  if (command === "TAGMSG" || !SPEECH.has(command) || target === undefined || text === undefined)
    return refuse(batch, invalid("A batch holds PRIVMSGs or NOTICEs and nothing else"))
  if ((batch.command ??= command) !== command)
    return refuse(batch, invalid("A batch holds either PRIVMSGs or NOTICEs"))
  if (net.folded(target) !== net.folded(batch.target)) {
    const context = [batch.target, target]
    return refuse(
      batch,
      FAIL("BATCH", "MULTILINE_INVALID_TARGET", context, "All lines have the batch's target"),
    )
  }
  if ([...tags.keys()].some((key) => key.startsWith("+")))
    return refuse(batch, invalid("Client tags stand on the line that opens the batch"))
  const line = { text, concat: tags.has(CONCAT_TAG) }
  if (line.concat && text === "")
    return refuse(batch, invalid("A line that is joined to another is not blank"))
  if (!isRelayable(user, command, target, text)) return refuse(batch, invalid("A line is too long"))
  return add(batch, line, net.settings.limits)
}

function add(batch: OpenBatch, line: TextLine, { multilineBytes, multilineLines }: Limits): Answer {
  const feed = batch.lines.length > 0 && !line.concat ? 1 : 0
  batch.bytes += feed + byteLength(line.text)
  batch.lines.push(line)
  if (batch.lines.length > multilineLines) return refuse(batch, tooMuch("LINES", multilineLines))
  if (batch.bytes > multilineBytes) return refuse(batch, tooMuch("BYTES", multilineBytes))
  return undefined
}

function tooMuch(what: "LINES" | "BYTES", most: number): Reply {
  return FAIL(
    "BATCH",
    `MULTILINE_MAX_${what}`,
    [String(most)],
    `At most ${most} ${what.toLowerCase()} in a batch`,
  )
}

/** "any other error" */
export function invalid(words: string): Reply {
  return FAIL("BATCH", "MULTILINE_INVALID", [], words)
}

/** The batch is void, and the answer to its label is `reply`. */
export function refuse(batch: OpenBatch, reply: Reply): Reply {
  batch.failed = true
  batch.lines.length = 0
  batch.resume()
  return reply
}

/** Whether a batch was "left open for too long". */
export function isOverdue(batch: OpenBatch, now: number): boolean {
  return !batch.failed && now - batch.openedAt > BATCH_OPEN_MS_MAX
}

export function timedOut(batch: OpenBatch): Reply {
  return refuse(batch, FAIL("BATCH", "TIMEOUT", [batch.reference], "The batch was left open for too long"))
}
