// What stands in the lists b, e and I: a mask of nick!user@host, or an extended one: `a:` and a mask of accounts
// (https://ircv3.net/specs/extensions/account-extban.html), and `m:` before either, which is about speaking alone
// (https://modern.ircdocs.horse/#extban-parameter). No nick has a colon, so neither can be taken for one.

import { fullMask, matches } from "./masks.ts"

export const ACCOUNT = "a"
export const MUTE = "m"

/** The mask as it is kept and shown, from whatever part of it was given; undefined for an extended one that lacks its mask. */
export function banMask(text: string): string | undefined {
  if (!isOf(MUTE, text)) return plainMask(text)
  const about = plainMask(text.slice(2))
  return about === undefined || text.length === 2 || isOf(MUTE, about) ? undefined : `${MUTE}:${about}`
}

function plainMask(text: string): string | undefined {
  if (!isOf(ACCOUNT, text)) return fullMask(text)
  return text.length === 2 ? undefined : `${ACCOUNT}:${text.slice(2)}`
}

/** Whether the mask is about speaking and not about joining. */
export function isMute(mask: string): boolean {
  return isOf(MUTE, mask)
}

/** Whether `mask` means somebody; all of them folded. */
export function means(mask: string, source: string, account: string | undefined): boolean {
  const plain = isMute(mask) ? mask.slice(2) : mask
  if (!isOf(ACCOUNT, plain)) return matches(plain, source)
  return account !== undefined && matches(plain.slice(2), account)
}

function isOf(letter: string, mask: string): boolean {
  return mask[1] === ":" && mask[0]?.toLowerCase() === letter
}
