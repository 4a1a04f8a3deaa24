// Where a table lies in a file of SQLite: https://www.sqlite.org/fileformat2.html#b_tree_pages

import { Database } from "bun:sqlite"
import { closeSync, openSync, readFileSync, writeSync } from "node:fs"

export const PAGE_BYTES = 4096
const INTERIOR: readonly number[] = [0x02, 0x05]

export interface Pages {
  readonly root: number
  readonly interior: readonly number[]
  readonly leaves: readonly number[]
}

/** The pages of a table in the file itself, whatever its write-ahead log says. */
export function pagesOf(path: string, table: string): Pages {
  const root = rootOf(path, table)
  const file = readFileSync(path)
  const [interior, leaves]: [number[], number[]] = [[], []]
  const visit = (page: number) => {
    const at = (page - 1) * PAGE_BYTES
    const header = at + (page === 1 ? 100 : 0)
    if (!INTERIOR.includes(file[header] ?? 0)) return void leaves.push(page)
    interior.push(page)
    const cells = file.readUInt16BE(header + 3)
    for (let i = 0; i < cells; i++) visit(file.readUInt32BE(at + file.readUInt16BE(header + 12 + 2 * i)))
    visit(file.readUInt32BE(header + 8))
  }
  visit(root)
  return { root, interior, leaves }
}

function rootOf(path: string, table: string): number {
  using db = new Database(path, { readonly: true })
  const found = db.query<{ rootpage: number }, [string]>("select rootpage from sqlite_schema where name = ?")
  return found.get(table)?.rootpage ?? 0
}

/** Writes nonsense over pages of a file, from one on. */
export function spoil(path: string, page: number, pages = 1) {
  overwrite(path, (page - 1) * PAGE_BYTES, new Uint8Array(pages * PAGE_BYTES).fill(0x5a))
}

/** Turns some bits of one byte. */
export function flip(path: string, at: number) {
  overwrite(path, at, Uint8Array.of((readFileSync(path)[at] ?? 0) ^ 0x15))
}

export function overwrite(path: string, at: number, bytes: Uint8Array) {
  const file = openSync(path, "r+")
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}
