// Why a connection is refused or ended. The server writes `ERROR :CODE words` (and `FAIL * CODE :words` to who negotiated
// standard-replies) before it closes; our client reads the code and turns it into its exit code and its own words.

export interface Refusal {
  /** What the server says. */
  readonly text: string
  /** What `chat connect` ends with; the numbers are promises of the manual. */
  readonly exitCode: number
  /** What `chat connect` tells its user to do, if anything can be done; HOST stands for the server's address. */
  readonly hint?: string
  /** Whether the client may try again by itself. */
  readonly retry: boolean
}

const IDENTITY = 5
const REMOVED = 7
const TOO_FAST = 9
const UNREACHABLE = 3

export const REFUSALS = {
  CERT_REQUIRED: {
    text: "this server admits members only and no client certificate was shown",
    exitCode: IDENTITY,
    hint: "with a certificate: chat connect HOST --cert FILE; with an invitation: chat join LINK; with neither, ask the host for one (chat invite NAME)",
    retry: false,
  },
  CERT_EXPIRED: {
    text: "your certificate has expired",
    exitCode: IDENTITY,
    hint: "ask the host for an invitation, and use it: chat join --replace LINK; if your certificate is new, check this computer's clock",
    retry: false,
  },
  CERT_NOT_YET_VALID: {
    text: "your certificate is not valid yet",
    exitCode: IDENTITY,
    hint: "compare the clocks of both computers",
    retry: false,
  },
  CERT_WRONG_PURPOSE: {
    text: "your certificate was not made for a client",
    exitCode: IDENTITY,
    hint: "use one made by: chat certs client NAME",
    retry: false,
  },
  CERT_UNTRUSTED: {
    text: "your certificate was not issued by this server's authority",
    exitCode: IDENTITY,
    hint: "use the certificate that this server's host gave you",
    retry: false,
  },
  CERT_NO_NAME: {
    text: "your certificate carries no name of this site",
    exitCode: IDENTITY,
    hint: "use one made by: chat certs client NAME",
    retry: false,
  },
  CERT_REVOKED: {
    text: "your certificate was revoked",
    exitCode: IDENTITY,
    hint: "ask the host for an invitation, and use it: chat join --replace LINK",
    retry: false,
  },
  ACCOUNT_REQUIRED: {
    text: "this server admits members only: show a client certificate, or log in by SASL",
    exitCode: IDENTITY,
    hint: "with a password: chat connect HOST --sasl NAME; with an invitation: chat join LINK; with neither, ask the host for one (chat invite NAME)",
    retry: false,
  },
  NOT_A_MEMBER: {
    text: "this server admits members only",
    exitCode: IDENTITY,
    hint: "ask the host for an invitation (chat invite NAME) and use it: chat join LINK",
    retry: false,
  },
  BAD_PASSWORD: {
    text: "the server's password is wrong",
    exitCode: IDENTITY,
    hint: "chat connect sends none (PASS): ask the host whether it has to be",
    retry: false,
  },
  NOT_A_GATEWAY: { text: "WEBIRC is not accepted from here", exitCode: IDENTITY, retry: false },
  REPLACED: {
    text: "another connection took this one's place",
    exitCode: REMOVED,
    hint: "chat connect HOST comes back, in the place of that one; if it was not yours, ask the host to take its device back",
    retry: false,
  },
  KICKED: {
    text: "an administrator disconnected you",
    exitCode: REMOVED,
    hint: "chat connect HOST comes back, if that is welcome",
    retry: false,
  },
  BANNED: {
    text: "you are banned from this server",
    exitCode: REMOVED,
    hint: "only its host can lift that (chat admin unban)",
    retry: false,
  },
  LOCKDOWN: {
    text: "nobody new is let in for now: only members who show a certificate",
    exitCode: IDENTITY,
    hint: "ask the host; a certificate that you had before still lets you in",
    retry: false,
  },
  SENDQ_EXCEEDED: { text: "sendq exceeded: you read too slowly", exitCode: TOO_FAST, retry: true },
  TOO_FAST: {
    text: "too many lines too fast",
    exitCode: TOO_FAST,
    hint: "chat send waits as long as it has to",
    retry: false,
  },
  LINE_TOO_LONG: { text: "an unfinished line outgrew the read buffer", exitCode: TOO_FAST, retry: false },
  TOO_MANY_CONNECTIONS: {
    text: "too many connections from your address",
    exitCode: UNREACHABLE,
    hint: "wait a minute and try again",
    retry: true,
  },
  REGISTRATION_TIMEOUT: { text: "registration took too long", exitCode: UNREACHABLE, retry: true },
  PING_TIMEOUT: { text: "no answer to PING", exitCode: UNREACHABLE, retry: true },
  QUIT: { text: "quit", exitCode: 0, retry: false },
  SHUTDOWN: { text: "the server is stopping", exitCode: UNREACHABLE, retry: true },
  INTERNAL_ERROR: { text: "the server has a defect and logged it", exitCode: 1, retry: true },
} as const satisfies Record<string, Refusal>

export type RefusalCode = keyof typeof REFUSALS

/** What who shows a certificate is told that was revoked. */
export function revokedWords(reason: string): string {
  // Said by nobody: a list of revoked certificates has this word where no reason was given.
  if (reason === "unspecified") return REFUSALS.CERT_REVOKED.text
  return `${REFUSALS.CERT_REVOKED.text}: ${reason}`
}

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(REFUSALS, text)
}
