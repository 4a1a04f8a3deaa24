// What a client says in SCRAM: https://www.rfc-editor.org/rfc/rfc5802#section-7. The server's answers are made by who checks it.

/** How a client binds its login to the TLS connection: it cannot, it believes that we cannot, or it does by a named way. */
export type Binding = { readonly kind: "n" | "y" } | { readonly kind: "p"; readonly name: string }

export interface ClientFirst {
  /** With both its commas, as the client repeats it in its next message. */
  readonly header: string
  readonly binding: Binding
  /** Empty when the client names none. */
  readonly authzid: string
  readonly username: string
  readonly nonce: string
  /** What is signed of it. */
  readonly bare: string
}

const CLIENT_FIRST =
  /^((?:(n|y)|p=([A-Za-z0-9.-]+)),(?:a=([^,\0]*))?,)(n=([^,\0]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/su

/** Extensions after the nonce are signed and ignored; a mandatory one (`m=`) comes first and so is no match. */
export function parseClientFirst(text: string): ClientFirst | undefined {
  const [, header, kind, name, authzid = "", bare, username, nonce] = CLIENT_FIRST.exec(text) ?? []
  if (header === undefined || bare === undefined || username === undefined || nonce === undefined)
    return undefined
  const named = unescaped(username)
  const acting = unescaped(authzid)
  if (named === undefined || acting === undefined) return undefined
  const binding: Binding = name === undefined ? { kind: kind === "y" ? "y" : "n" } : { kind: "p", name }
  return { header, binding, authzid: acting, username: named, nonce, bare }
}

export interface ClientFinal {
  /** In base64: the header of the first message, and the bytes that bind it to the connection. */
  readonly channelBinding: string
  readonly nonce: string
  /** In base64. */
  readonly proof: string
  /** What is signed of it. */
  readonly withoutProof: string
}

const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,(?!p=).*)?),p=([A-Za-z0-9+/=]+)$/su

export function parseClientFinal(text: string): ClientFinal | undefined {
  const [, withoutProof, channelBinding, nonce, proof] = CLIENT_FINAL.exec(text) ?? []
  if (
    withoutProof === undefined ||
    channelBinding === undefined ||
    nonce === undefined ||
    proof === undefined
  )
    return undefined
  return { channelBinding, nonce, proof, withoutProof }
}

/** "The characters ',' or '=' in usernames are sent as '=2C' and '=3D' respectively"; any other `=` is an error. */
function unescaped(saslname: string): string | undefined {
  if (/=(?!2C|3D)/.test(saslname)) return undefined
  return saslname.replaceAll("=2C", ",").replaceAll("=3D", "=")
}
