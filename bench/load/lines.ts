// Cuts a stream of bytes into lines without making a string of any: a load program must cost less than what it loads.

const LINE_BYTES_MAX = 16 * 1024

/** Hears one line: from `start` up to `end`, without its CR LF. */
export type Hear = (bytes: Buffer, start: number, end: number) => void

/** Returns a function that takes the chunks of one connection and calls `hear` once for each line. */
export function lineCutter(hear: Hear): (chunk: Buffer) => void {
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    let start = 0
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, start)) {
      hear(bytes, start, newline > start && bytes[newline - 1] === 13 ? newline - 1 : newline)
      start = newline + 1
    }
    if (bytes.length - start > LINE_BYTES_MAX) throw new Error("a line without an end")
    rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : undefined
  }
}
