// `chat connect` as people have it: in a terminal, or in a pipe.

import { chat, CHAT, type Ended } from "./program.ts"
import type { TestServer } from "./server.ts"
import type { Tmux, Window } from "./tmux.ts"

/** What `chat connect`, `send` and `tail` need to trust the server and, as somebody of the site, to be known. */
export function trusting(server: TestServer): string[] {
  return ["--ca", server.authority.caPath]
}

/** Opens `chat connect` in a terminal and waits until it is in its channels. */
export async function connectIn(
  tmux: Tmux,
  server: TestServer,
  nick: string,
  ...flags: string[]
): Promise<Window> {
  const window = openIn(tmux, server, nick, ...flags)
  await window.shows(/ you joined #/)
  return window
}

/** As `connectIn`, without waiting. */
export function openIn(tmux: Tmux, server: TestServer, nick: string, ...flags: string[]): Window {
  const args = [`127.0.0.1:${server.port}`, ...trusting(server), "--nick", nick, ...flags]
  return tmux.open([CHAT, "connect", ...args], { home: server.home(nick) })
}

/** `chat connect` with its input from a pipe, until it ends. */
export function connectPiped(
  server: TestServer,
  nick: string,
  stdin: string,
  ...flags: string[]
): Promise<Ended> {
  const args = [`127.0.0.1:${server.port}`, ...trusting(server), "--nick", nick, ...flags]
  return chat(["connect", ...args], { home: server.home(nick), stdin })
}
