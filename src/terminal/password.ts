// /password: gives one's account another password, or its first one. It is asked for without being shown, and is in no line that can be
// seen or found again. The server's NickServ takes it.

import type { Session } from "../client/session.ts"

interface Desk {
  readonly session: Session
  secrets(whats: readonly string[]): Promise<readonly string[]>
  note(text: string): void
  /** Sends what a command has caused. */
  flush(): void
}

const ASKED = [
  "the password of now (Enter alone: there is none yet): ",
  "the new password: ",
  "the new password again: ",
]

export async function changePassword({ session, secrets, note, flush }: Desk): Promise<void> {
  const lines = await secrets(ASKED)
  const [former = "", wanted = "", again = ""] = lines
  if (lines.length < ASKED.length)
    return note("no password was given, and nothing is changed; it is asked for on a terminal only")
  // It would be two on the wire.
  if (/^:|\s/.test(former))
    return note("a password with a space is changed by the server's host: chat admin password NAME")
  if (wanted === "") return note("nothing was changed")
  if (wanted !== again) return note("the two are not the same: nothing was changed")
  if (!session.view.registered) return note("not connected just now: nothing was changed")
  session.command("NICKSERV", ["PASSWD", ...(former === "" ? [] : [former])], wanted)
  flush()
}
