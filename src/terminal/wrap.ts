// A terminal breaks lines wherever they end: what this program itself says is broken between words.

/** Between words, but not within a line that is there to be copied: `chat join 'chat://…'`. */
const BREAKS = / (?!(?:join )?'chat:\/\/)/

const ESCAPES = /\x1b\[[0-9;]*m/g

/** As lines of at most `columns`, those that go on indented; a word that is longer stays whole. */
export function wrapped(text: string, columns: number, indent: number): string {
  return text
    .split("\n")
    .map((line) => broken(line, columns, indent))
    .join("\n")
}

function broken(text: string, columns: number, indent: number): string {
  const [lead = ""] = /^ */.exec(text) ?? []
  const lines: string[] = []
  let line = lead
  let isEmpty = true
  for (const word of text.slice(lead.length).split(BREAKS)) {
    const longer = isEmpty ? line + word : `${line} ${word}`
    if (isEmpty || widthOf(longer) <= columns) line = longer
    else {
      lines.push(line)
      line = " ".repeat(indent) + word
    }
    isEmpty = false
  }
  return [...lines, line].join("\n")
}

function widthOf(text: string): number {
  return Bun.stringWidth(text.replace(ESCAPES, ""))
}
