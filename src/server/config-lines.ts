// Where in a configuration file a key stands, found by reading: TOML's parser does not say.

/** ` line N` of a key, or of its table where it is missing; of `[[tables]]` the path has the number. */
export function lineOf(text: string, path: readonly PropertyKey[]): string {
  const [section, ...inside] = path.map(String)
  const place = typeof path[1] === "number" ? Number(inside.shift()) : undefined
  const [key] = inside
  let current = ""
  let tables = -1
  let tableLine = ""
  for (const [index, line] of text.split("\n").entries()) {
    const here = ` line ${index + 1}`
    const header = /^\s*\[\[?([^\]]+)\]/.exec(line)?.[1]?.trim()
    if (header !== undefined) current = header
    if (header === section) tables++
    const isInside = current === section && (place === undefined || place === tables)
    if (header !== undefined && isInside) tableLine = here
    const name = /^\s*"?([\w.-]+)"?\s*=/.exec(line)?.[1]
    if ((isInside && name === key && name !== undefined) || name === `${section}.${key}`) return here
  }
  return tableLine
}
