// What operators of the server may do, and which of it the role of an account gives: https://modern.ircdocs.horse/#operators

/** As `rights` of `[[oper]]` in chat.toml lists them. */
export const RIGHTS = ["accounts", "ban", "kill", "redact", "rehash", "wallops"] as const

export type Right = (typeof RIGHTS)[number]

/** From least to most; what is not said is `member`. */
export const ROLES = ["member", "moderator", "admin", "owner"] as const

export type Role = (typeof ROLES)[number]

/** What OPER without a password makes of who has that role. */
export const RIGHTS_OF: Readonly<Record<Role, readonly Right[]>> = {
  member: [],
  moderator: ["ban", "kill", "redact"],
  admin: ["accounts", "ban", "kill", "redact", "wallops"],
  owner: RIGHTS,
}
