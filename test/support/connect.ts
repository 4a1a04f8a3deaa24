// `chat connect` as people have it: in a terminal, or in a pipe.

import { chat, CHAT, type Ended } from "./program.ts"
import type { TestServer } from "./server.ts"
import type { Tmux, Window, WindowOptions } from "./tmux.ts"

/** The flag by which `chat connect`, `send` and `tail` trust the server. */
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
  const window = openIn(tmux, server, nick, {}, ...flags)
  await window.shows(/ you joined #/)
  return window
}

/** As `connectIn`, without waiting. */
export function openIn(
  tmux: Tmux,
  server: TestServer,
  nick: string,
  options: Omit<WindowOptions, "home">,
  ...flags: string[]
): Window {
  const command = [CHAT, "connect", ...argumentsFor(server, nick, flags)]
  return tmux.open(command, { home: server.home(nick), ...options })
}

/** `chat connect` with its input from a pipe, until it ends. */
export function connectPiped(
  server: TestServer,
  nick: string,
  stdin: string,
  ...flags: string[]
): Promise<Ended> {
  return chat(["connect", ...argumentsFor(server, nick, flags)], { home: server.home(nick), stdin })
}

function argumentsFor(server: TestServer, nick: string, flags: readonly string[]): string[] {
  return [`127.0.0.1:${server.port}`, ...trusting(server), "--nick", nick, ...flags]
}
