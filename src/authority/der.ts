// The little of DER (X.690 §8, §10) that name constraints and lists of revoked certificates need: write a value, read the values
// in a row.

export const TAG = { sequence: 0x30 } as const

/** One value in definite-length form, shorter than 4 GiB. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

function lengthOf(size: number): number[] {
  if (size < 128) return [size]
  const bytes: number[] = []
  for (let left = size; left > 0; left >>>= 8) bytes.unshift(left & 255)
  return [0x80 | bytes.length, ...bytes]
}

export type DerValue = { tag: number; content: Uint8Array }

/** The values that stand in a row in `bytes`; undefined when they are not well formed. */
export function derValues(bytes: Uint8Array): DerValue[] | undefined {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length;) {
    const [tag, first] = [bytes[at], bytes[at + 1]]
    if (tag === undefined || first === undefined || first > 0x82 || first === 0x80) return undefined
    const extra = first & 0x80 ? first & 0x7f : 0
    let size = extra ? 0 : first
    for (let i = 0; i < extra; i++) size = size * 256 + (bytes[at + 2 + i] ?? 0)
    const start = at + 2 + extra
    if (start + size > bytes.length) return undefined
    values.push({ tag, content: bytes.subarray(start, start + size) })
    at = start + size
  }
  return values
}
