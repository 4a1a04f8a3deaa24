import { expect, test } from "bun:test"
import { PassThrough } from "node:stream"
import { plainScreen } from "../../src/terminal/screens.ts"

function streams() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  return { stdin, stdout, stderr } as unknown as Pick<NodeJS.Process, "stdin" | "stdout" | "stderr"> & {
    stdin: PassThrough
  }
}

test("a plain screen writes its lines and not a byte more, also for a mention in a pipe", async () => {
  const process = streams()
  const screen = plainScreen(process)
  screen.prompt("#den")
  screen.print({ stream: "out", text: "14:02 bob tea?", bell: true })
  screen.print({ stream: "err", text: "14:03 carol joined #den" })
  process.stdin.end("one\r\ntwo\nlast without an end")
  const lines: string[] = []
  for await (const group of screen.lines()) lines.push(...group)
  screen.close()
  expect(lines).toEqual(["one", "two", "last without an end"])
  expect(String((process.stdout as unknown as PassThrough).read())).toBe("14:02 bob tea?\n")
  expect(String((process.stderr as unknown as PassThrough).read())).toBe("14:03 carol joined #den\n")
})
