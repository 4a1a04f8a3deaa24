// A certificate, its key and its authority in one encrypted file: https://www.rfc-editor.org/rfc/rfc7292, with the algorithms of
// https://www.rfc-editor.org/rfc/rfc8018 (PBES2, AES-256, PBKDF2 with SHA-256). pkijs in the version that selfsigned brings along.

import { BmpString, OctetString } from "asn1js"
import { createPrivateKey, X509Certificate } from "node:crypto"
import {
  Attribute,
  AuthenticatedSafe,
  CertBag,
  Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  PrivateKeyInfo,
  SafeBag,
  SafeContents,
} from "pkijs"

const ITERATIONS = 100_000
/** https://www.rfc-editor.org/rfc/rfc7292#section-4.2 */
const KEY_BAG = "1.2.840.113549.1.12.10.1.2"
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
const FRIENDLY_NAME = "1.2.840.113549.1.9.20"
const LOCAL_KEY_ID = "1.2.840.113549.1.9.21"

export interface Identity {
  readonly name: string
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** DER. */
export async function pkcs12({ name, cert, key, ca }: Identity, password: string): Promise<Uint8Array> {
  const bytes = buffer(new TextEncoder().encode(password))
  const encryption = {
    password: bytes,
    contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
    hmacHashAlgorithm: "SHA-256",
    iterationCount: ITERATIONS,
  }
  const leaf = new X509Certificate(cert)
  // By which an importer knows which certificate the key belongs to.
  const id = buffer(Buffer.from(leaf.fingerprint256.replaceAll(":", ""), "hex"))
  const bagAttributes = [
    new Attribute({ type: FRIENDLY_NAME, values: [new BmpString({ value: name })] }),
    new Attribute({ type: LOCAL_KEY_ID, values: [new OctetString({ valueHex: id })] }),
  ]
  const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" })
  const keyBag = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(buffer(pkcs8)) })
  // Its type lacks the encryption, which it passes on.
  await (keyBag as unknown as Sealing).makeInternalValues(encryption)
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        contents(0, [new SafeBag({ bagId: KEY_BAG, bagValue: keyBag, bagAttributes })]),
        contents(1, [
          new SafeBag({ bagId: CERTIFICATE_BAG, bagValue: certBag(leaf.raw), bagAttributes }),
          new SafeBag({ bagId: CERTIFICATE_BAG, bagValue: certBag(new X509Certificate(ca).raw) }),
        ]),
      ],
    },
  })
  await safe.makeInternalValues({ safeContents: [{}, encryption] })
  const pfx = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } })
  await pfx.makeInternalValues({
    password: bytes,
    iterations: ITERATIONS,
    pbkdf2HashAlgorithm: "SHA-256",
    hmacHashAlgorithm: "SHA-256",
  })
  return new Uint8Array(pfx.toSchema().toBER(false))
}

interface Sealing {
  makeInternalValues(encryption: object): Promise<void>
}

/** `privacyMode` 1 encrypts the whole; the key's bag is encrypted by itself. */
function contents(privacyMode: 0 | 1, safeBags: SafeBag[]) {
  return { privacyMode, value: new SafeContents({ safeBags }) }
}

function certBag(der: Uint8Array): CertBag {
  return new CertBag({ parsedValue: Certificate.fromBER(buffer(der)) })
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
