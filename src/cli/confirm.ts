// Asks back before what cannot be undone.

import { createInterface } from "node:readline/promises"
import { EXIT, UserError } from "../user-error.ts"

/** Goes on when the answer at the terminal is yes; `without` is the line that does without asking, for scripts. */
export async function confirm(question: string, without: string): Promise<void> {
  if (!process.stdin.isTTY) {
    const hint = `to do it without being asked: ${without}`
    throw new UserError("this cannot be undone, and is asked about on a terminal alone", {
      hint,
      exitCode: EXIT.usage,
    })
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl+C and the end of the input are a no.
  const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("no")))
  const ask = () => Promise.race([reader.question(`${question} (yes/no) `), closed])
  let answer = await ask()
  while (/^ye?$/i.test(answer.trim())) answer = await ask()
  reader.close()
  if (answer.trim().toLowerCase() !== "yes") throw new UserError("nothing was done")
}
