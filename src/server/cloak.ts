// What others see in place of an address: the same person looks the same tomorrow, a ban on the host works, and nobody
// learns where somebody lives. The secret is the site's, so that two sites cannot compare.

import { createHmac } from "node:crypto"
import { countedAs } from "./address.ts"

/** The host of everyone who has an account: it says who they are. */
export const MEMBER_HOST = "member"
const GUEST_CHARACTERS = 10
/** Crockford's base 32 in lower case: https://www.crockford.com/base32.html */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"

/** `secret` is `cloakSecret` of the log, `address` normalised. */
export function cloak(secret: string, address: string, isMember: boolean): string {
  if (isMember) return MEMBER_HOST
  const mac = createHmac("sha256", secret).update(countedAs(address)).digest()
  const digits = Array.from(mac.subarray(0, GUEST_CHARACTERS), (byte) => DIGITS[byte & 31])
  return `${digits.join("")}.guest`
}
