// The little of tar that a backup needs: plain files, one after the other, which any other tar reads too.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06

import * as fs from "node:fs"
import { writeFlushed } from "./whole-file.ts"

const BLOCK = 512
const CHUNK_BYTES = 1024 * 1024
/** What eleven octal digits hold; larger sizes are in base 256, as GNU tar and libarchive write them. */
const OCTAL_MAX = 0o77777777777

export interface Entry {
  readonly name: string
  readonly bytes: number
}

/** Writes a file of so many bytes, which `fill` hands over in pieces. */
export function writeEntry(file: number, entry: Entry, pieces: Iterable<Uint8Array>, at: Date): void {
  fs.writeSync(file, header(entry, at))
  let written = 0
  for (const piece of pieces) {
    writeFlushed(file, piece)
    written += piece.length
  }
  if (written !== entry.bytes) throw new Error(`${entry.name} changed while it was read`)
  fs.writeSync(file, new Uint8Array(padding(entry.bytes)))
}

/** Two empty blocks. */
export function endArchive(file: number): void {
  fs.writeSync(file, new Uint8Array(2 * BLOCK))
}

/** Every file of the archive, in order; its pieces are read before the next one. Throws at what is no tar. */
export function* readEntries(file: number): Generator<Entry & { pieces: Iterable<Uint8Array> }> {
  for (let at = 0; ;) {
    const block = readFully(file, BLOCK, at)
    if (block.every((byte) => byte === 0)) return
    const entry = entryOf(block)
    yield { ...entry, pieces: piecesOf(file, at + BLOCK, entry.bytes) }
    at += BLOCK + entry.bytes + padding(entry.bytes)
  }
}

/** A part of a file in pieces, each valid until the next. */
export function* piecesOf(file: number, from: number, bytes: number): Generator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_BYTES)
  for (let done = 0; done < bytes;) {
    const read = fs.readSync(file, chunk, 0, Math.min(CHUNK_BYTES, bytes - done), from + done)
    if (read === 0) throw new Error("it ends too early")
    yield chunk.subarray(0, read)
    done += read
  }
}

function readFully(file: number, bytes: number, at: number): Uint8Array {
  const block = new Uint8Array(bytes)
  if (fs.readSync(file, block, 0, bytes, at) !== bytes) throw new Error("it ends too early")
  return block
}

function padding(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK
}

function header({ name, bytes }: Entry, at: Date): Uint8Array {
  const block = Buffer.alloc(BLOCK)
  if (Buffer.byteLength(name) > 100) throw new Error(`the name ${name} is too long for an archive`)
  block.write(name, 0)
  block.write("0000600\0", 100)
  block.write("0000000\0", 108)
  block.write("0000000\0", 116)
  writeSize(block, bytes)
  block.write(`${octal(Math.floor(at.getTime() / 1000), 11)}\0`, 136)
  block.write("0", 156)
  block.write("ustar\x0000", 257)
  block.write(`${octal(sumOf(block), 6)}\0 `, 148)
  return block
}

function writeSize(block: Buffer, bytes: number): void {
  if (bytes <= OCTAL_MAX) return void block.write(`${octal(bytes, 11)}\0`, 124)
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(bytes), 128)
}

function entryOf(block: Uint8Array): Entry {
  const buffer = Buffer.from(block)
  const text = (from: number, to: number) => buffer.toString("utf8", from, to).replace(/\0.*$/s, "")
  if (text(257, 262) !== "ustar" || Number.parseInt(text(148, 156), 8) !== sumOf(buffer))
    throw new Error("it is no backup, or it is damaged")
  const large = buffer[124] === 0x80
  const bytes = large ? Number(buffer.readBigUInt64BE(128)) : Number.parseInt(text(124, 136), 8)
  return { name: text(0, 100), bytes }
}

// The sum of all bytes, those of the sum itself taken as spaces.
function sumOf(block: Uint8Array): number {
  let sum = 0
  for (const [i, byte] of block.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte
  return sum
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, "0")
}
