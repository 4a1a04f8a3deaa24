// Messages of several lines as they come, put together: https://ircv3.net/specs/extensions/multiline.html

import type { Message } from "../protocol/message.ts"
import type { Collector } from "./batches.ts"
import { MESSAGE_LENGTH_MAX } from "./limits.ts"
import { joined, type Piece } from "./split.ts"

/** Makes one message, with the tags of the line that opened it. */
export function multiline(opening: Message): Collector {
  const pieces: Piece[] = []
  let length = 0
  let as = "PRIVMSG"
  return {
    add({ tags, command, params }) {
      as = command
      const piece = { text: params[1] ?? "", concat: tags.has("draft/multiline-concat") }
      length += piece.text.length + 1
      if (length <= MESSAGE_LENGTH_MAX) pieces.push(piece)
    },
    close: () => ({ ...opening, command: as, params: [opening.params[2] ?? "", joined(pieces)] }),
  }
}
