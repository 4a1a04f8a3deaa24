// /devices, /revoke and /yes: what is sent, and what a person reads.

import { beforeEach, expect, setSystemTime, test } from "bun:test"
import { Talk } from "../../src/terminal/talk.ts"
import { Words } from "../../src/terminal/words.ts"
import { ClientRig } from "../support/client-rig.ts"

let rig: ClientRig
let talk: Talk
let notes: string[]

beforeEach(() => {
  process.env.TZ = "UTC"
  rig = new ClientRig().settle()
  notes = []
  const words = new Words(rig.session.view, { colour: false, ascii: false }, rig.now)
  const print = ({ text }: { text: string }) => notes.push(text)
  const flush = () => talk.happened(rig.told())
  const quit = () => undefined
  talk = new Talk(
    { session: rig.session, words, print, flush, quit, secrets: async () => [], nearest: () => undefined },
    "#den",
  )
})

/** What these lines send. */
function sent(...typed: string[]): string[] {
  for (const line of typed) talk.typed(line)
  return rig.sent()
}

test("one's devices are asked for and read", () => {
  expect(sent("/devices", "/devices add")).toEqual(["DEVICE LIST", "DEVICE ADD"])
  rig.feed(
    ":s NOTE DEVICE DEVICE 3fa2 2026-01-01T09:00:00.000Z 2026-01-02T10:30:00.000Z this :laptop",
    ":s NOTE DEVICE DEVICE 77b1 2026-01-01T09:00:00.000Z * online :phone",
    ":s NOTE DEVICE DEVICE 9c 2026-01-01T09:00:00.000Z * * :9c",
    ":s NOTE DEVICE END_OF_DEVICES :3 in all",
    ":s NOTE DEVICE INVITATION 2026-01-01T12:15:00.000Z :chat://h:6697/#v1.p.i.s",
    ":s NOTE DEVICE INVITATION 2026-01-01T12:15:00.000Z :chat://[::1]:6697/#v1.p.i.s",
    ":s NOTE DEVICE REMOVED phone :It comes in no more; connections closed: 1",
    ":s FAIL DEVICE RATE_LIMITED ADD :You have just made one: wait a few seconds",
  )
  talk.happened(rig.told())
  expect(notes).toEqual([
    "laptop (3fa2), this one: made Thu 1 Jan 2026 09:00, last used Fri 2 Jan 2026 10:30",
    "phone (77b1), online: made Thu 1 Jan 2026 09:00, last used never",
    "9c: made Thu 1 Jan 2026 09:00, last used never",
    "devices: 3 in all; /devices add, /devices remove NAME",
    "on the other device, until Thu 1 Jan 2026 12:15, and once: chat join 'chat://h:6697/#v1.p.i.s'",
    "on the other device (the line leads to this computer alone: connect by the server's address for another), until Thu 1 Jan 2026 12:15, and once: chat join 'chat://[::1]:6697/#v1.p.i.s'",
    "phone: It comes in no more; connections closed: 1",
    "nothing was done: You have just made one: wait a few seconds (RATE_LIMITED)",
  ])
})

test("what cannot be undone is done at /yes, once, and for a minute", () => {
  expect(sent("/devices remove old phone")).toEqual([])
  expect(notes).toEqual([
    "the certificate of every device of yours that is called old phone is taken back, and it comes in no more; that cannot be undone: /yes does it",
  ])
  expect(sent("/yes", "/yes")).toEqual(["DEVICE REMOVE :old phone"])
  expect(notes.at(-1)).toBe("nothing is asked")
  expect(sent("/oper", "/revoke bob laptop lost in the bus", "/yes")).toEqual([
    "OPER alice",
    "REVOKE bob laptop :lost in the bus",
  ])
  expect(notes.at(-1)).toStartWith(
    "this takes back what was given to every device called laptop of bob and ends those connections; the reason that they read is: lost",
  )
  sent("/revoke bob")
  expect(notes.at(-1)).toStartWith("this takes back all certificates of bob")
  setSystemTime(Date.now() + 61_000)
  expect(sent("/yes")).toEqual([])
  setSystemTime()
})

test("who waits is heard of, listed, let in or not", () => {
  rig.feed(":s NOTE ENROL REQUESTED 3fa21b00 nora :otter-maple-lamp-cobalt-river-tin")
  expect(sent("/approve", "/approve nora", "/deny 3fa21b00", "/deny")).toEqual([
    "ENROL LIST",
    "ENROL APPROVE nora",
    "ENROL DENY 3fa21b00",
    "ENROL LIST",
  ])
  rig.feed(
    ":s NOTE ENROL REQUEST 3fa21b00 nora 2026-01-01T09:00:00.000Z waits :otter-maple on laptop",
    ":s NOTE ENROL END_OF_REQUESTS :1 in all",
    ":s NOTE ENROL APPROVED 3fa21b00 nora :otter-maple",
    ":s NOTE DEVICE ADDED 77b1 :phone",
  )
  talk.happened(rig.told())
  expect(notes).toEqual([
    "nora waits to be let in, with the key otter-maple-lamp-cobalt-river-tin: /approve 3fa21b00, else /deny 3fa21b00",
    "3fa21b00: nora, otter-maple on laptop, since Thu 1 Jan 2026 09:00",
    "waiting: 1 in all; /approve or /deny, with a name or an id",
    "nora is let in, with the key otter-maple",
    "a new device of yours: phone; if it is not, /devices remove phone",
  ])
})

test("half a command is told what is missing", () => {
  expect(sent("/devices remove", "/devices add x", "/devices paint", "/revoke")).toEqual([])
  expect(notes).toEqual([
    "usage: /devices [add | remove NAME]",
    "usage: /devices [add | remove NAME]",
    "usage: /devices [add | remove NAME]",
    "usage: /revoke NICK|ACCOUNT [DEVICE|*] [REASON]",
  ])
})
