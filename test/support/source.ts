// A source file as the rules of the house look at it: its imports, and its code without comments and the insides of strings.

import { readFileSync } from "node:fs"

export interface Import {
  readonly specifier: string
  /** A worker is started, not imported: it has no name that could be used. */
  readonly kind: "value" | "type" | "worker"
}

export interface SourceFile {
  readonly path: string
  readonly text: string
  /** As long as `text`: comments are blank, strings and regular expressions keep only their quotes. */
  readonly code: string
  readonly imports: readonly Import[]
}

export function read(file: string, path: string): SourceFile {
  const text = readFileSync(file, "utf8")
  return { path, text, code: codeOf(text), imports: importsOf(text) }
}

// The source is formatted, so that a statement of imports begins a line. Workers are named in strings.
function importsOf(text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?([^"'`;]*?\bfrom\s+)?"([^"]+)"/gm)
  const imports: Import[] = [...statements].map(([, type, names = "", specifier = ""]) => ({
    specifier,
    kind: type !== undefined || allTypes(names) ? "type" : "value",
  }))
  for (const [, specifier = ""] of text.matchAll(/\bimport\("([^"]+)"\)/g))
    imports.push({ specifier, kind: "value" })
  for (const [, specifier = ""] of text.matchAll(/"(\.{1,2}\/[^"\s]+\.worker\.ts)"/g))
    imports.push({ specifier, kind: "worker" })
  return imports
}

/** `{ type A, type B } from` */
function allTypes(names: string): boolean {
  const inner = /^\{([^}]*)\}/.exec(names.trim())?.[1]
  const list = inner?.split(",").filter((name) => name.trim() !== "")
  return list !== undefined && list.length > 0 && list.every((name) => /^\s*type\s/.test(name))
}

const TOKEN =
  /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=[(,=:[!&|?{};\n]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g

function codeOf(text: string): string {
  return blankTemplates(text.replace(TOKEN, blanked))
}

function blanked(token: string): string {
  if (token.startsWith("//") || token.startsWith("/*")) return token.replace(/[^\n]/g, " ")
  const quote = token[0] ?? ""
  return quote + " ".repeat(token.length - 2) + quote
}

// What stands between `${` and `}` is code.
function blankTemplates(text: string): string {
  return text.replace(/`(?:\\.|\$\{(?:[^{}`]|\{[^{}]*\})*\}|[^`\\])*`/g, (template) => {
    const inner = template
      .slice(1, -1)
      .replace(/(\$\{(?:[^{}`]|\{[^{}]*\})*\})|[^\n]/g, (_, hole?: string) => hole ?? " ")
    return `\`${inner}\``
  })
}

export interface Length {
  readonly lines: number
  readonly what: string
}

const BEGINNING =
  /^(\s*)(?:export )?(?:async )?(?:function\*? (\w+)|(?:static |get |set |async )*(#?\w+)\([^]*\{$|(?:const|readonly) (\w+)\b.*(?:=>|function).*\{$)/

/** Every function with a name, from its first line to the brace that closes it, which formatted code has in the same column. */
export function longestFunctions({ path, text }: SourceFile): Length[] {
  const lines = text.split("\n")
  const lengths: Length[] = []
  for (const [i, line] of lines.entries()) {
    const begin = BEGINNING.exec(line)
    const name = begin?.[2] ?? begin?.[3] ?? begin?.[4]
    if (name === undefined || ["if", "for", "while", "switch", "catch", "test"].includes(name)) continue
    const end = lines.findIndex((other, at) => at > i && other.startsWith(`${begin?.[1]}}`))
    if (end > i) lengths.push({ lines: end - i + 1, what: `${name} (${path}:${i + 1})` })
  }
  return lengths
}
