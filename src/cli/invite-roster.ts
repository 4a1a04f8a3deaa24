// A class at once: the names of a roster, and the page of strips that is cut up and handed out.

import { readFileSync } from "node:fs"
import { isClientName } from "../authority/hosts.ts"
import { reasonOf } from "../authority/private-file.ts"
import { printable } from "../protocol/printable.ts"
import { clock, day } from "../terminal/clock.ts"
import { EXIT, UserError } from "../user-error.ts"
import { qrImage } from "./qr.ts"

export interface Strip {
  readonly account: string
  readonly link: string
  /** ms since 1970. */
  readonly expires: number
}

/** The first column of a CSV file; a first line `name` is its head. Throws a UserError (2) for a name that none can bear. */
export function namesIn(path: string): string[] {
  const rows = textOf(path)
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, index) => ({
      line: index + 1,
      name: (/^\s*"?([^",;\t]*)"?/.exec(line)?.[1] ?? "").trim(),
    }))
    .filter(({ name, line }) => name !== "" && !(line === 1 && name.toLowerCase() === "name"))
  assertNames(path, rows)
  const names = rows.map(({ name }) => name)
  const twice = names.find((name, index) => names.findIndex((one) => same(one, name)) < index)
  if (twice !== undefined)
    throw new UserError(`${twice} stands twice in ${path}`, {
      hint: "an invitation is for one person: give each a name of their own",
      exitCode: EXIT.usage,
    })
  if (names.length === 0) throw new UserError(`there is no name in ${path}`, { exitCode: EXIT.usage })
  return names
}

interface Row {
  readonly line: number
  readonly name: string
}

/** A list of a school has names as people write them: all that cannot be nicks are told at once. */
function assertNames(path: string, rows: readonly Row[]): void {
  const wrong = rows.filter(({ name }) => !isClientName(name))
  const [first] = wrong
  if (!first) return
  const told = wrong.slice(0, TOLD_MAX).map(({ line, name }) => `line ${line} ${JSON.stringify(cut(name))}`)
  const more = wrong.length > TOLD_MAX ? ` and ${wrong.length - TOLD_MAX} more` : ""
  const better = plain(first.name)
  const example = isClientName(better) ? `write ${better}: ` : ""
  throw new UserError(`not a name to log in with, in ${path}: ${told.join(", ")}${more}`, {
    hint: `${example}letters, digits, _ and -, beginning with a letter or _, at most 32`,
    exitCode: EXIT.usage,
  })
}

const TOLD_MAX = 5

function cut(name: string): string {
  const shown = printable(name)
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown
}

/** Without accents and spaces: Dorte-Meier. */
function plain(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w-]+/g, "-")
}

/** One strip a person, with a line to cut along; forms of 8 strips fit on a page. */
export function pageOf(strips: readonly Strip[]): string {
  const edge = `${"- ".repeat(40).trimEnd()}\n`
  return strips
    .map(
      ({ account, link, expires }, index) =>
        `  ${account}\n\n    chat join ${link}\n\n` +
        `  Type it on your own computer. It works once, until ${day(expires)} ${clock(expires)}.\n` +
        `${edge}${(index + 1) % STRIPS_PER_PAGE === 0 && index + 1 < strips.length ? "\f" : ""}`,
    )
    .join("")
}

const STRIPS_PER_PAGE = 8

/** The same with QR codes, to be printed from a browser: no name and no link holds what HTML would take for its own. */
export function pageWithCodes(strips: readonly Strip[]): string {
  const shown = strips.map(
    ({ account, link, expires }) =>
      `<section>\n${qrImage(link)}\n<div><h2>${account}</h2><p><code>chat join ${link}</code></p>\n` +
      `<p>Type it on your own computer, or scan it. It works once, until ${day(expires)} ${clock(expires)}.</p></div>\n</section>\n`,
  )
  return `<!doctype html>\n<meta charset="utf-8">\n<title>Invitations</title>\n<style>${STYLE}</style>\n${shown.join("")}`
}

const STYLE =
  "body{font:12pt sans-serif}section{display:flex;gap:5mm;padding:4mm 0;border-bottom:1px dashed;break-inside:avoid}" +
  "svg{width:45mm;height:45mm;flex:none}h2{margin:0}code{overflow-wrap:anywhere}"

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new UserError(`cannot read ${path}: ${reasonOf(cause)}`, { exitCode: EXIT.usage })
  }
}
