// The floor: the least that a server in Bun must do, so the least that one can cost. Not an IRC server.
//   write  each line of a channel is written to each member at once
//   tick   the lines of one turn of the event loop are joined into one write a member
//   echo   each line goes straight back to its sender
// A sender hears itself when it asked for echo-message, as with `chat serve`. JOIN and PART are told to nobody else.
import { constants } from "node:crypto"
import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Socket } from "bun"
import type { Certificate } from "./certificate.ts"
import { type Hear, lineCutter } from "./load/lines.ts"

export const FLOORS = ["write", "tick", "echo"] as const
export type FloorMode = (typeof FLOORS)[number]

type Peer = {
  cut: (chunk: Buffer) => void
  nick: string
  /** The bytes that begin each of its messages: ":nick!~bench@127.0.0.1 ". */
  source: Buffer
  echo: boolean
  /** What the kernel did not take yet. */
  unsent: Buffer[]
}
type Line = { from: Socket<Peer>; bytes: Buffer }
type Channel = { members: Set<Socket<Peer>>; gathered: Line[] }

export function startFloor(mode: FloorMode, { cert, key }: Certificate, port = 0) {
  const channels = new Map<string, Channel>()

  const answers: Record<string, (socket: Socket<Peer>, rest: string) => void> = {
    CAP(socket, rest) {
      const known = rest === "REQ :echo-message"
      if (known) socket.data.echo = true
      if (rest.startsWith("REQ ")) say(socket, `:floor CAP * ${known ? "ACK" : "NAK"} ${rest.slice(4)}`)
    },
    NICK({ data }, nick) {
      data.nick = nick
      data.source = Buffer.from(`:${nick}!~bench@127.0.0.1 `)
    },
    USER: (socket) => say(socket, `:floor 001 ${socket.data.nick} :Welcome`),
    PING: (socket, rest) => say(socket, `:floor PONG floor ${rest}`),
    JOIN(socket, name) {
      channelOf(name).members.add(socket)
      say(socket, `${socket.data.source}JOIN ${name}\r\n:floor 366 ${socket.data.nick} ${name} :End`)
    },
    PART(socket, name) {
      channels.get(name)?.members.delete(socket)
      say(socket, `${socket.data.source}PART ${name}`)
    },
    QUIT: (socket) => socket.end("ERROR :Bye\r\n"),
  }

  function channelOf(name: string): Channel {
    const channel = channels.get(name) ?? { members: new Set(), gathered: [] }
    channels.set(name, channel)
    return channel
  }

  /** Takes a line up to `end`, before its CR LF. */
  function hear(socket: Socket<Peer>, ...[bytes, start, end]: Parameters<Hear>) {
    if (bytes[start] === 80 && bytes[start + 1] === 82) return relay(socket, bytes, start, end)
    const line = bytes.toString("latin1", start, end)
    const space = line.indexOf(" ")
    answers[space < 0 ? line : line.slice(0, space)]?.(socket, line.slice(space + 1))
  }

  /** Passes on `PRIVMSG <channel> :<text>`; in echo mode the target is not even looked at. */
  function relay(socket: Socket<Peer>, ...[bytes, start, end]: Parameters<Hear>) {
    const line = Buffer.concat([socket.data.source, bytes.subarray(start, end + 2)])
    if (mode === "echo") return write(socket, line)
    const channel = channels.get(bytes.toString("latin1", start + 8, bytes.indexOf(32, start + 8)))
    if (!channel) return
    if (mode === "write") return fanOut(channel, [{ from: socket, bytes: line }])
    channel.gathered.push({ from: socket, bytes: line })
    if (channel.gathered.length === 1) setImmediate(endTick, channel)
  }

  function endTick(channel: Channel) {
    const lines = channel.gathered
    channel.gathered = []
    fanOut(channel, lines)
  }

  const handlers = {
    open(socket: Socket<Peer>) {
      const cut = lineCutter((bytes, start, end) => hear(socket, bytes, start, end))
      socket.data = { cut, nick: "*", source: Buffer.alloc(0), echo: false, unsent: [] }
    },
    handshake: () => {},
    data: (socket: Socket<Peer>, chunk: Buffer) => socket.data.cut(chunk),
    drain: (socket: Socket<Peer>) => {
      for (const bytes of socket.data.unsent.splice(0)) write(socket, bytes)
    },
    close(socket: Socket<Peer>) {
      for (const { members } of channels.values()) members.delete(socket)
    },
    error: (socket: Socket<Peer>) => socket.terminate(),
  }
  const tls = { cert, key, secureOptions: constants.SSL_OP_NO_TLSv1_2 }
  return Bun.listen<Peer>({ hostname: "127.0.0.1", port, tls, socket: handlers })
}

/** Joins the lines once for all members; only who sent some of them without echo-message gets its own joining. */
function fanOut({ members }: Channel, lines: Line[]) {
  const joined = join(lines)
  const authors = new Set(lines.map(({ from }) => from))
  for (const member of members) {
    const skips = !member.data.echo && authors.has(member)
    write(member, skips ? join(lines.filter(({ from }) => from !== member)) : joined)
  }
}

function join(lines: Line[]): Buffer {
  const [first] = lines
  return lines.length === 1 && first ? first.bytes : Buffer.concat(lines.map(({ bytes }) => bytes))
}

const say = (socket: Socket<Peer>, line: string) => write(socket, Buffer.from(`${line}\r\n`))

function write(socket: Socket<Peer>, bytes: Buffer) {
  const { unsent } = socket.data
  const taken = unsent.length ? 0 : socket.write(bytes)
  if (taken >= 0 && taken < bytes.length) unsent.push(bytes.subarray(taken))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      mode: { type: "string" },
      port: { type: "string" },
      cert: { type: "string", default: "" },
      key: { type: "string", default: "" },
    },
  })
  const mode = FLOORS.find((each) => each === values.mode)
  if (!mode) throw new Error(`--mode is one of ${FLOORS.join(", ")}`)
  const certificate = { cert: readFileSync(values.cert, "utf8"), key: readFileSync(values.key, "utf8") }
  startFloor(mode, certificate, Number(values.port))
}
