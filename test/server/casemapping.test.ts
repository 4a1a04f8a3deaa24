// server.casemapping from one run to the next, and while one lasts.

import { expect, test } from "bun:test"
import { openMemoryLog } from "../../src/storage/memory-log.ts"
import { EXIT, type UserError } from "../../src/user-error.ts"
import { serving } from "./serving.ts"

const OPEN = '[server]\naccess = "open"\n'
const PRECIS = `${OPEN}casemapping = "precis"\n`

test("names that would become one are refused at the start, in words", async () => {
  const log = openMemoryLog()
  {
    await using one = await serving(OPEN, log)
    const irc = await one.connect()
    irc.send("NICK ann", "USER ann 0 * :Ann", "JOIN #É,#é")
    await irc.expect(/ 366 ann #é /)
  }
  const next = openMemoryLog({ rows: log.rows, epoch: 2 })
  const refused = await serving(PRECIS, next).catch((error: UserError) => error)
  expect(refused).toMatchObject({
    message: "#É and #é are one name under the casemapping precis, and both are in the log",
    hint: expect.stringContaining("RENAME #é"),
    exitCode: EXIT.refusedToStart,
  })
})

test("a reload leaves it as it was, and says so", async () => {
  await using one = await serving(OPEN)
  one.reload(await one.authority.issueServer(), PRECIS)
  expect(one.entries.map(({ what }) => what)).toContain("server.casemapping changes at the next start")
  const irc = await one.connect()
  irc.send("NICK ann", "USER ann 0 * :Ann", "NICK é")
  await irc.expect(/ CASEMAPPING=ascii /)
  await irc.expect(/ 432 ann é /)
})
