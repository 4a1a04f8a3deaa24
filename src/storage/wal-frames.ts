// The frames of a write-ahead log, read as SQLite reads them: https://www.sqlite.org/fileformat2.html#the_write_ahead_log

export interface Frames {
  /** Bytes up to the end of the last commit that is whole: what SQLite takes for the log. */
  readonly wholeBytes: number
  /** Pages that are in it, with the last bytes of each. */
  readonly pages: ReadonlyMap<number, Uint8Array>
  /** How many pages the database has by the last commit; 0 without one. */
  readonly pageCount: number
  /** Commits that are whole themselves, after one that is not: SQLite takes them for nothing. */
  readonly lostCommits: number
}

/** Of the file itself; a shorter one has no commits. */
export const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** The last bit says in which order the bytes of a word are summed. */
const MAGIC = 0x377f0682

/** Undefined when its header is not one: then nothing of the file is read. */
export function framesOf(file: Uint8Array): Frames | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const magic = view.getUint32(0)
  const isLittle = (magic & 1) === 0
  if ((magic & ~1) !== MAGIC) return undefined
  const sum = (from: readonly [number, number], at: number, bytes: number) =>
    summed(view, from, at, bytes, isLittle)
  const pair = (at: number): [number, number] => [view.getUint32(at), view.getUint32(at + 4)]
  const header = sum([0, 0], 0, 24)
  if (!same(header, pair(24))) return undefined
  const pageBytes = view.getUint32(8)
  const frameBytes = FRAME_HEADER_BYTES + pageBytes
  const [pages, pending] = [new Map<number, Uint8Array>(), new Map<number, Uint8Array>()]
  let [wholeBytes, pageCount, lostCommits, isBroken] = [HEADER_BYTES, 0, 0, false]
  let before = header
  for (let at = HEADER_BYTES; at + frameBytes <= file.length; at += frameBytes) {
    const [page, count] = pair(at)
    const isOfThisRun = same(pair(at + 8), pair(16))
    const own = sum(sum(before, at, 8), at + FRAME_HEADER_BYTES, pageBytes)
    // After a frame that does not fit, what the next is summed from stands in its header.
    before = pair(at + 16)
    const isWhole = isOfThisRun && page > 0 && same(own, before)
    if (!isWhole) isBroken = true
    else if (isBroken && count > 0) lostCommits++
    if (isBroken) continue
    pending.set(page, file.subarray(at + FRAME_HEADER_BYTES, at + frameBytes))
    if (count === 0) continue
    for (const [number, bytes] of pending) pages.set(number, bytes)
    pending.clear()
    pageCount = count
    wholeBytes = at + frameBytes
  }
  return { wholeBytes, pages, pageCount, lostCommits }
}

function summed(
  view: DataView,
  [first, second]: readonly [number, number],
  from: number,
  bytes: number,
  isLittle: boolean,
): [number, number] {
  let [one, two] = [first, second]
  for (let at = from; at < from + bytes; at += 8) {
    one = (one + view.getUint32(at, isLittle) + two) >>> 0
    two = (two + view.getUint32(at + 4, isLittle) + one) >>> 0
  }
  return [one, two]
}

function same(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
