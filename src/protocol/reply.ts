// What a server answers: numerics (https://modern.ircdocs.horse/#numerics) and standard replies
// (https://ircv3.net/specs/extensions/standard-replies.html). Values, so that a refusal can be passed about and tested.

/** `command` is three digits (the addressee's nick is then put first), FAIL, WARN, NOTE, or a plain command. */
export interface Reply {
  readonly command: string
  readonly params: readonly string[]
  readonly text?: string | undefined
}

export function numeric(command: string, params: readonly string[], text?: string): Reply {
  const middles = params.map(middle)
  return text === undefined ? { command, params: middles } : { command, params: middles, text }
}

// What a reply repeats of a bad line may be what no middle parameter can hold, and would move all that follow.
export function middle(param: string): string {
  return param === "" || param.startsWith(":") || param.includes(" ") ? "*" : param
}

/** `FAIL <command> <code> [<context>...] :<text>`; `*` when no command is meant. */
export function FAIL(command: string, code: string, context: readonly string[], text: string): Reply {
  return { command: "FAIL", params: [command, code, ...context.map(middle)], text }
}

/** The same for what went well. */
export function NOTE(command: string, code: string, context: readonly string[], text: string): Reply {
  return { ...FAIL(command, code, context, text), command: "NOTE" }
}

export function isNumeric(reply: Reply): boolean {
  const first = reply.command.charCodeAt(0)
  return first >= 48 && first <= 57
}
