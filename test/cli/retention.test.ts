// Which rule of chat.toml is whose.

import { expect, test } from "bun:test"
import { retentionOf } from "../../src/cli/retention.ts"
import { readConfig } from "../../src/server/config.ts"

const CHANNELS = [
  { id: 1, name: "#den" },
  { id: 2, name: "#log-mail" },
  { id: 3, name: "#LOG-keep" },
]

function historyOf(text: string) {
  return readConfig({ path: "chat.toml", text }, {}, {}).history
}

test("nothing is deleted unless somebody says so", () => {
  expect(retentionOf(historyOf(""), CHANNELS)).toBeUndefined()
  expect(retentionOf(historyOf("[history]\ndays = false\nmessages = 0"), CHANNELS)).toBeUndefined()
})

test("the first table that names a channel counts, else what is said of all", () => {
  const text = `[history]
days = 365
[[retention]]
channels = ["#log-keep"]
[[retention]]
channels = ["#log-*", "#noise"]
days = 7
messages = 1000`
  expect(retentionOf(historyOf(text), CHANNELS)).toMatchObject({
    rest: { days: 365, messages: 0 },
    channels: [
      { id: 2, days: 7, messages: 1000 },
      { id: 3, days: 0, messages: 0 },
    ],
    ended: {
      rules: [
        { masks: ["#log-keep"], days: 0, messages: 0 },
        { masks: ["#log-*", "#noise"], days: 7, messages: 1000 },
      ],
      living: [1, 2, 3],
    },
  })
})

test("a table names channels as the casemapping compares names", () => {
  const history = historyOf('[[retention]]\nchannels = ["#Ärzte"]\ndays = 7')
  const channels = [{ id: 1, name: "#ärzte" }]
  expect(retentionOf(history, channels, "precis")?.channels).toEqual([{ id: 1, days: 7, messages: 0 }])
  expect(retentionOf(history, channels, "ascii")?.channels).toEqual([])
})

test("what the staff did is kept for ever", () => {
  const text = '[history]\ndays = 1\nmessages = 5\n[[retention]]\nchannels = ["#*"]\ndays = 1'
  const audit = { id: 9, name: "#audit" }
  expect(retentionOf(historyOf(text), [audit])?.channels).toEqual([{ id: 9, days: 0, messages: 0 }])
})

test.each([
  ['[[retention]]\nchannels = ["den"]', "must begin with #"],
  ["[[retention]]\nchannels = []", "must name a channel"],
  ["[[retention]]\ndays = 1", "retention.0.channels is missing"],
  ['[[retention]]\nchannels = "#den"', "retention.0.channels must be a list"],
  ["[history]\ndays = true", "history.days must be a whole number from 0, or false"],
  ["[history]\ndays = -1", "history.days must be a whole number from 0, or false"],
  ["[retention]\ndays = 1", "must be written [[retention]]"],
])("%j is refused", (text, why) => {
  expect(() => historyOf(text)).toThrow(why)
})
