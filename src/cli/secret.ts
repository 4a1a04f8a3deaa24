// Asks for a secret: on a terminal twice and without showing it, otherwise the first line of standard input. Never a flag, which
// everybody on the machine can read.

import { EXIT, UserError } from "../user-error.ts"

export async function readSecret(what: string): Promise<string> {
  if (!process.stdin.isTTY) return firstLine(await Bun.stdin.text())
  const secret = await typed(`${what}: `)
  if (secret === (await typed(`${what} again: `))) return secret
  throw new UserError("the two are not the same", { exitCode: EXIT.usage })
}

/** What is pasted and can be pasted again: once, or the first line of standard input. */
export async function readPasted(what: string): Promise<string> {
  return process.stdin.isTTY ? typed(`${what}: `) : firstLine(await Bun.stdin.text())
}

/** A password that exists already: the first line of `file` (`-` is standard input), else typed once at the terminal. */
export async function readPassword(
  what: string,
  file: string | undefined,
  flag = "--password-file",
): Promise<string> {
  const secret =
    file === undefined ? await typedOnce(what, flag) : firstLine(await contentOf(file, what, flag))
  if (secret === "") throw new UserError(`the ${what} is empty`, { exitCode: EXIT.usage })
  return secret
}

function typedOnce(what: string, flag: string): Promise<string> {
  if (process.stdin.isTTY) return typed(`${what}: `)
  throw new UserError(`the ${what} cannot be asked for without a terminal`, {
    hint: `name a file that holds it with ${flag}, or - for standard input`,
    exitCode: EXIT.usage,
  })
}

/** What is named may be the secret itself: it is not repeated. */
async function contentOf(file: string, what: string, flag: string): Promise<string> {
  try {
    return await (file === "-" ? Bun.stdin : Bun.file(file)).text()
  } catch {
    throw new UserError(`cannot read the ${what} from the file that ${flag} names`, { exitCode: EXIT.usage })
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ""
}

/** What is typed up to Enter; Backspace and Ctrl+U mend it, Ctrl+C ends the program. */
function typed(prompt: string): Promise<string> {
  const { stdin, stderr } = process
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ""
  const end = () => {
    stdin.setRawMode(false).pause().off("data", take)
    stderr.write("\n")
  }
  const take = (chunk: string) => {
    for (const key of chunk) {
      if (key === "\r" || key === "\n") {
        end()
        return resolve(text)
      }
      if (key === "\x03") {
        end()
        process.exit(EXIT.interrupted)
      }
      if (key === "\x15") text = ""
      else if (key === "\x7f" || key === "\b") text = [...text].slice(0, -1).join("")
      else text += key
    }
  }
  // Before it is asked: nothing that is typed at once is shown.
  stdin.setRawMode(true).setEncoding("utf8").on("data", take).resume()
  stderr.write(prompt)
  return promise
}
