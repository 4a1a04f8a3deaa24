// An answer of HTTP/1.1 after which the connection ends: https://www.rfc-editor.org/rfc/rfc9112

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  411: "Length Required",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
}

/** Words for a person, where there is nothing else to say. */
export function plainly(status: number, words: string, headers: HttpAnswer["headers"] = {}): HttpAnswer {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body: `${words}\n` }
}

/** With the time, by which who is refused for their certificate's dates can compare clocks. */
export function encodeHttpAnswer({ status, headers = {}, body = "" }: HttpAnswer, nowMs: number): Uint8Array {
  const content = Buffer.from(body as string)
  const fields = {
    ...headers,
    Date: new Date(nowMs).toUTCString(),
    "Content-Length": String(content.length),
    "Cache-Control": "no-store",
    Connection: "close",
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${lines.join("")}\r\n`
  return Buffer.concat([Buffer.from(head), content])
}
