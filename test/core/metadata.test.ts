// Metadata in a channel too large for a transcript to be read.

import { expect, test } from "bun:test"
import { METADATA_SYNC_MEMBERS_MAX } from "../../src/protocol/limits.ts"
import { play } from "../support/transcript.ts"

test("whoever joins a large channel asks for its metadata later", () => {
  const others = Array.from({ length: METADATA_SYNC_MEMBERS_MAX }, (_, i) => `m${i}`)
  const played = play(
    [
      ...others.flatMap((name) => [`${name} connects`, `${name} > JOIN #den`]),
      "m0 > METADATA #den SET url :https://den.example",
      "late connects draft/metadata-3 batch",
      "late > METADATA * SUB url",
      "late > JOIN #den",
      "late > METADATA #den SYNC",
    ].join("\n"),
  )
  const heard = played.split("\n").filter((line) => / < .* (?:774|761|BATCH) /.test(line))
  expect(heard.filter((line) => line.startsWith("late <")).slice(-4)).toEqual([
    "late < :irc.example 774 late #den",
    "late < :irc.example BATCH +2 metadata #den",
    "late < @batch=2 :irc.example 761 late #den url * :https://den.example",
    "late < :irc.example BATCH -2",
  ])
})
