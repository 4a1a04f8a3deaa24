// A Unix socket that only the owner of this process can reach.

import { chmodSync } from "node:fs"

/** Listens at `path`, where nothing is. */
export function listenPrivately<Data>(
  path: string,
  socket: Bun.SocketHandler<Data>,
  allowHalfOpen = false,
): Bun.UnixSocketListener<Data> {
  // Nobody may connect in the moment before its mode is set.
  const before = process.umask(0o177)
  try {
    const listener = Bun.listen<Data>({ unix: path, allowHalfOpen, socket })
    chmodSync(path, 0o600)
    return listener
  } finally {
    process.umask(before)
  }
}
