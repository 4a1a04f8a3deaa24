// What an operator of the server may do: https://modern.ircdocs.horse/#operators

/** As `rights` of `[[oper]]` in chat.toml lists them. */
export const RIGHTS = ["accounts", "ban", "kill", "redact", "rehash", "wallops"] as const

export type Right = (typeof RIGHTS)[number]
