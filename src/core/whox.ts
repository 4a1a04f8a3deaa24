// WHOX, an answer to WHO with the fields that were asked for: https://ircv3.net/specs/extensions/whox.html

import { RPL_WHOSPCRPL } from "../protocol/numerics.ts"
import type { Reply } from "../protocol/reply.ts"
import { idleSecondsOf, type User } from "./user.ts"

/** What WHO found: a user, in a channel or none, with the flags that 352 shows. */
export interface Found {
  readonly user: User
  readonly channel: string | undefined
  readonly flags: string
  readonly serverName: string
  readonly now: number
}

export interface Asked {
  readonly fields: ReadonlySet<string>
  readonly token: string
}

/** The fields of `%tcu,123`; undefined when none are asked for. */
export function fieldsOf(text: string): Asked | undefined {
  const [, fields, token] = /%([^,]*)(?:,(\d{1,3})$)?/.exec(text) ?? []
  return fields === undefined ? undefined : { fields: new Set(fields), token: token ?? "0" }
}

/** "Servers MUST send the fields in the order specified above"; the realname comes last. */
const FIELDS: readonly (readonly [letter: string, field: (found: Found, asked: Asked) => string])[] = [
  ["t", (_, { token }) => token],
  ["c", ({ channel }) => channel ?? "*"],
  ["u", ({ user }) => user.username],
  // "when the server refuses to disclose the IP address": it never does.
  ["i", () => "255.255.255.255"],
  ["h", ({ user }) => user.host],
  ["s", ({ serverName }) => serverName],
  ["n", ({ user }) => user.nick],
  ["f", ({ flags }) => flags],
  ["d", () => "0"],
  ["l", ({ user, now }) => String(idleSecondsOf(user, now))],
  ["a", ({ user }) => user.account?.name ?? "0"],
  ["o", () => "n/a"],
]

export function whox(found: Found, asked: Asked): Reply {
  const shown = FIELDS.filter(([letter]) => asked.fields.has(letter))
  const params = shown.map(([, field]) => field(found, asked))
  return RPL_WHOSPCRPL(params, asked.fields.has("r") ? found.user.realname : undefined)
}
