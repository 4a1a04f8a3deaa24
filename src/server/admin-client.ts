// The other end of the administrator's socket: asks one thing of the server that runs on a data directory.

import { connect } from "node:net"
import { EXIT, UserError } from "../user-error.ts"
import { type AdminAnswer, type AdminRequest, ANSWER } from "./admin-protocol.ts"

const ANSWER_WITHIN_MS = 10_000

/** Throws a UserError (3) when no server answers there. */
export async function askAdmin(socketPath: string, request: AdminRequest): Promise<AdminAnswer> {
  const line = await exchange(socketPath, `${JSON.stringify(request)}\n`)
  return ANSWER.parse(JSON.parse(line))
}

function exchange(socketPath: string, line: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(socketPath)
  const fail = (why: string) => reject(noServer(socketPath, why))
  const deadline = setTimeout(() => fail("it does not answer"), ANSWER_WITHIN_MS)
  let text = ""
  socket.setEncoding("utf8")
  socket.on("connect", () => socket.write(line))
  socket.on("data", (chunk: string) => {
    text += chunk
    if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")))
  })
  socket.on("error", (error: NodeJS.ErrnoException) =>
    fail(error.code === "EACCES" ? "it belongs to another user" : "nobody listens"),
  )
  socket.on("close", () => fail("it closed without an answer"))
  return promise.finally(() => {
    clearTimeout(deadline)
    socket.destroy()
  })
}

function noServer(socketPath: string, why: string): UserError {
  return new UserError(`no chat server answers at ${socketPath}: ${why}`, {
    hint: "start one (chat serve), or name its data directory with --data DIR",
    exitCode: EXIT.unreachable,
  })
}
