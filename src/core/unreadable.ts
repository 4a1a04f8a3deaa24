// What is said of a line that could not be read as one: https://ircv3.net/specs/extensions/utf8-only.html

import type { Unreadable } from "../protocol/line-reader.ts"
import type { Message } from "../protocol/message.ts"
import { ERR_INPUTTOOLONG } from "../protocol/numerics.ts"
import { FAIL, type Reply } from "../protocol/reply.ts"

export function unreadable(line: Unreadable, message: Message | undefined): Reply {
  if (line.defect === "tooLong") return ERR_INPUTTOOLONG()
  const code = line.defect === "invalidUtf8" ? "INVALID_UTF8" : "INVALID_CHARACTER"
  const text =
    line.defect === "invalidUtf8"
      ? "Your line was not valid UTF-8 and was dropped"
      : "Your line held a NUL or a lone CR and was dropped"
  return FAIL(message?.command ?? "*", code, [], text)
}
