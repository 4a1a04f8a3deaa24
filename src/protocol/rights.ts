// What operators of the server may do, and which of it the role of an account gives: https://modern.ircdocs.horse/#operators

/** As `rights` of `[[oper]]` in chat.toml lists them. */
export const RIGHTS = ["accounts", "audit", "ban", "kill", "redact", "rehash", "wallops"] as const

export type Right = (typeof RIGHTS)[number]

/** What each lets an operator do, for HELP and the manual. */
export const MEANING_OF: Readonly<Record<Right, string>> = {
  accounts:
    "makes accounts (NS SAREGISTER), approves who asks for certificates (ENROL) and takes them back (REVOKE), and gives up any channel or gives signs there (CS DROP, CS AMODE)",
  audit: "reads what every operator did, in #audit",
  ban: "keeps somebody out of the network (UBAN)",
  kill: "disconnects somebody (KILL)",
  redact: "takes back what anybody said in a channel (REDACT)",
  rehash: "has the configuration and the certificates read again (REHASH)",
  wallops: "tells all who have mode w (WALLOPS)",
}

/** From least to most; what is not said is `member`. */
export const ROLES = ["member", "moderator", "admin", "owner"] as const

export type Role = (typeof ROLES)[number]

/** What OPER without a password makes of who has that role. */
export const RIGHTS_OF: Readonly<Record<Role, readonly Right[]>> = {
  member: [],
  moderator: ["audit", "ban", "kill", "redact"],
  admin: ["accounts", "audit", "ban", "kill", "redact", "wallops"],
  owner: RIGHTS,
}
