import { expect, test } from "bun:test"
import { objectsOf } from "../../src/cli/happening-json.ts"
import { ClientRig } from "../support/client-rig.ts"

const AT = "time=2026-01-01T14:02:00.000Z"
const TIME = "2026-01-01T14:02:00.000Z"

test.each([
  [
    `@${AT};msgid=m2;account=bob;+draft/reply=m1;+x=y :bob!b@h PRIVMSG #den :yes`,
    {
      type: "message",
      id: "m2",
      target: "#den",
      from: "bob",
      account: "bob",
      text: "yes",
      reply_to: "m1",
      tags: { "+x": "y" },
    },
  ],
  [
    `@${AT};+draft/reply=m1;+draft/react=👍 :bob!b@h TAGMSG #den`,
    { type: "reaction", target: "#den", from: "bob", reply_to: "m1", text: "👍", removed: false },
  ],
  [
    `@${AT} :bob!b@h REDACT #den m1 :oops`,
    { type: "redacted", target: "#den", from: "bob", id: "m1", reason: "oops" },
  ],
  [`@${AT} :bob!b@h PART #den :bye`, { type: "part", target: "#den", from: "bob", reason: "bye" }],
])("%s", (line, object) => {
  const rig = new ClientRig().settle()
  rig.feed(line)
  const [happening] = rig.told()
  const written = happening && objectsOf(happening, "Net").map((each) => JSON.parse(JSON.stringify(each)))
  expect(written).toEqual([{ ...object, time: TIME, server: "Net" }])
})

test("what was fetched says so, and what is no news to a program is none", () => {
  const rig = new ClientRig().register()
  rig.feed(":alice!a@h JOIN #den")
  rig.told()
  rig.page(["m1", "bob", "before"])
  const objects = rig.told().flatMap((happening) => objectsOf(happening, "Net"))
  expect(objects).toMatchObject([{ type: "message", id: "m1", history: true }])
})
