// One request of HTTP/1.1, read strictly: https://www.rfc-editor.org/rfc/rfc9112. No chunks, no second request, no doubt about
// where it ends.

import { HTTP_REQUEST_BYTES_MAX } from "../protocol/limits.ts"

export interface HttpRequest {
  readonly method: string
  readonly path: string
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

/** Why it is none: the status that says so. */
export interface BadRequest {
  readonly status: number
}

const NEW_LINE = "\r\n"
const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\x21-\x7e]*) HTTP\/1\.1$/
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?[ \t]*$/

/** The request in these bytes; undefined while there is more to come. */
export function readHttpRequest(bytes: Uint8Array): HttpRequest | BadRequest | undefined {
  if (bytes.length > HTTP_REQUEST_BYTES_MAX) return { status: 413 }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = buffer.indexOf(NEW_LINE + NEW_LINE)
  if (end < 0) return undefined
  const [first = "", ...lines] = buffer.toString("latin1", 0, end).split(NEW_LINE)
  const [, method, path] = REQUEST_LINE.exec(first) ?? []
  const headers = fieldsOf(lines)
  if (method === undefined || path === undefined || !headers?.has("host")) return { status: 400 }
  if (headers.has("transfer-encoding")) return { status: 501 }
  const length = headers.get("content-length") ?? (method === "POST" ? undefined : "0")
  if (length === undefined) return { status: 411 }
  if (!/^\d{1,9}$/.test(length)) return { status: 400 }
  const [start, size] = [end + 2 * NEW_LINE.length, Number(length)]
  if (start + size > HTTP_REQUEST_BYTES_MAX) return { status: 413 }
  return bytes.length < start + size
    ? undefined
    : { method, path, headers, body: buffer.subarray(start, start + size) }
}

/** Undefined when a line is no field, or a field is there twice: what it means would be anybody's guess. */
function fieldsOf(lines: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ""] = FIELD.exec(line) ?? []
    if (name === undefined || fields.has(name.toLowerCase())) return undefined
    fields.set(name.toLowerCase(), value)
  }
  return fields
}
