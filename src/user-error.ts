// What the operator or user of this program did that cannot work: thrown anywhere, caught only in cli/, which
// prints `chat: error: MESSAGE` and `chat: hint: HINT` on standard error. Lower case, no full stop. Where there is more to know
// than a line holds, whole sentences stand between the two.

/** Exit codes, a public promise; see the manual. */
export const EXIT = {
  done: 0,
  other: 1,
  usage: 2,
  unreachable: 3,
  trust: 4,
  identity: 5,
  nickInUse: 6,
  removed: 7,
  noSuchTarget: 8,
  tooFastOrBig: 9,
  invitation: 10,
  refusedToStart: 78,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** An error whose words are for a person; `exitCode` is what the process ends with. */
export class UserError extends Error {
  readonly hint: string | undefined
  /** Lines between the message and the hint. */
  readonly more: readonly string[]
  readonly exitCode: ExitCode

  constructor(
    message: string,
    options: { hint?: string; more?: readonly string[]; exitCode?: ExitCode } = {},
  ) {
    super(message)
    this.name = "UserError"
    this.hint = options.hint
    this.more = options.more ?? []
    this.exitCode = options.exitCode ?? EXIT.other
  }
}
