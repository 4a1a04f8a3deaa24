import { expect, test } from "bun:test"
import { ClientRig } from "../support/client-rig.ts"

test("the view follows joins, names, nicks, modes, kicks and topics", () => {
  const rig = new ClientRig().settle("")
  const channel = () => rig.session.view.channel("#DEN")
  const members = () => [...(channel()?.members.values() ?? [])].map(({ signs, nick }) => signs + nick)
  rig.feed(":s 332 alice #den :Tea", ":s 353 alice = #den :@+bob alice", ":s 366 alice #den :End")
  expect(members()).toEqual(["@+bob", "alice"])
  expect(channel()?.topic).toBe("Tea")
  rig.feed(
    ":carol!c@h JOIN #den",
    ":bob!b@h NICK rob",
    ":rob!b@h MODE #den +v-o+lk carol rob 5 key",
    ":s MODE #den +b *!*@x",
  )
  expect(members()).toEqual(["alice", "+carol", "+rob"])
  rig.feed(":rob!b@h TOPIC #den :", ":rob!b@h KICK #den carol :out", ":rob!b@h QUIT :bye")
  expect(members()).toEqual(["alice"])
  expect(channel()?.topic).toBeUndefined()
  expect(rig.tale()).toEqual([
    "topic #den",
    "join #den",
    "nick",
    "mode #den",
    "mode #den",
    "topic #den",
    "kick #den",
    "quit",
  ])
})

test("a founder's sign is the highest", () => {
  const rig = new ClientRig().settle("")
  const members = () =>
    [...(rig.session.view.channel("#den")?.members.values() ?? [])].map(({ signs, nick }) => signs + nick)
  rig.feed(
    ":s 005 alice PREFIX=(qohv)~@%+ :are supported",
    ":s 353 alice = #den :~@bob @alice",
    ":s 366 alice #den :End",
  )
  expect(members()).toEqual(["~@bob", "@alice"])
  rig.feed(":ChanServ!ChanServ@services MODE #den -q+q bob alice")
  expect(members()).toEqual(["@bob", "~@alice"])
})

test("names that only look different are the same under rfc1459", () => {
  const rig = new ClientRig().settle("")
  rig.feed(":s 005 alice CASEMAPPING=rfc1459 :are supported", ":alice!a@h JOIN #a[b]")
  expect(rig.session.view.channel("#A{B}")?.name).toBe("#a[b]")
})

test("who is ignored is not heard, live or past", () => {
  const rig = new ClientRig().settle()
  rig.session.view.ignored.add("Bob")
  rig.feed(":bob!b@h PRIVMSG #den :psst", ":bobby!b@h PRIVMSG #den :hello")
  expect(rig.tale()).toEqual(["#den <bobby> hello"])
})

test.each([
  ["alice: tea?", true],
  ["tea, Alice", true],
  ["malice and alices", false],
  ["alice_ is somebody else", false],
])("a mention: %s", (text, mention) => {
  const rig = new ClientRig().settle()
  rig.feed(`:bob!b@h PRIVMSG #den :${text}`)
  expect(rig.told()).toMatchObject([{ type: "message", mention }])
})

test("direct messages belong to the other person, whoever speaks", () => {
  const rig = new ClientRig().settle()
  rig.feed(
    ":bob!b@h PRIVMSG alice :hi",
    ":alice!a@h PRIVMSG bob :hello",
    ":bob!b@h PRIVMSG alice :\x01ACTION nods\x01",
  )
  expect(rig.tale()).toEqual(["bob <bob> hi", "bob <alice> hello", "action bob <bob> nods"])
})

test("a channel that cannot be joined is given up, with what was to be said there", () => {
  const rig = new ClientRig().register()
  rig.session.say("message", "#den", "hello")
  rig.told()
  rig.feed(":s 474 alice #den :Cannot join channel (+b)")
  expect(rig.tale()).toEqual(["joinRefused #den", "undelivered #den 474 hello"])
  expect(rig.session.wanted.size).toBe(0)
})

test("a refusal of a JOIN that names no channel means all that are not open", () => {
  const rig = new ClientRig().settle()
  rig.session.join("#new")
  rig.session.say("message", "#new", "hello")
  rig.told()
  rig.feed(":s FAIL JOIN STORAGE_FULL :The server's disk is full; nothing was changed")
  expect(rig.tale()).toEqual(["joinRefused #new", "undelivered #new STORAGE_FULL hello"])
  expect([...rig.session.wanted.keys()]).toEqual(["#den"])
})
