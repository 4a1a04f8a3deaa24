// The link that lets somebody in: `chat://HOST:PORT/#v1.PIN.ID.SECRET`. The pin says which authority to believe, so that the
// secret is of use to that site alone. What stands behind `#` no browser sends anywhere.

import { EXIT, UserError } from "../user-error.ts"

export interface Invitation {
  /** HOST:PORT */
  readonly address: string
  /** SHA-256 of the authority's key, in hex. */
  readonly pin: string
  readonly id: string
  /** In base64url. */
  readonly secret: string
}

export function linkOf({ address, pin, id, secret }: Invitation): string {
  return `chat://${address}/#v1.${Buffer.from(pin, "hex").toString("base64url")}.${id}.${secret}`
}

const LINK = /^chat:\/\/([^/\s#]+)\/?#v1\.([\w-]{43})\.([\w-]{11})\.([\w-]{22})$/

/** Reads a link; throws a UserError (2) for what is none, and never repeats it: it may be a secret in the wrong place. */
export function parseLink(text: string): Invitation {
  const [, address, pin, id, secret] = LINK.exec(text.trim()) ?? []
  if (address === undefined || pin === undefined || id === undefined || secret === undefined)
    throw new UserError("that is no invitation, or not all of it", {
      hint: "paste the whole line, in quotes: chat join 'chat://HOST:PORT/#v1.…'",
      exitCode: EXIT.usage,
    })
  return { address, pin: Buffer.from(pin, "base64url").toString("hex"), id, secret }
}
