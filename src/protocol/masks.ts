// Masks with `*` and `?`: https://modern.ircdocs.horse/#wildcard-expressions. The matcher walks back to the last
// star only, so that its work is bounded by mask x text whatever a user sends; no mask becomes a regular expression.

const STAR = 42
const QUESTION = 63

/** Whether `text` matches `mask`; both already folded. */
export function matches(mask: string, text: string): boolean {
  let m = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const c = m < mask.length ? mask.charCodeAt(m) : -1
    if (c === STAR) {
      star = m++
      resume = t
    } else if (c === QUESTION || c === text.charCodeAt(t)) {
      m++
      t++
    } else if (star >= 0) {
      m = star + 1
      t = ++resume
    } else return false
  }
  while (mask.charCodeAt(m) === STAR) m++
  return m === mask.length
}

/** A ban mask in full, `nick!user@host`, from whatever part of it was given. */
export function fullMask(mask: string): string {
  const at = mask.lastIndexOf("@")
  const bang = mask.indexOf("!")
  const host = at < 0 ? "*" : mask.slice(at + 1) || "*"
  const left = at < 0 ? mask : mask.slice(0, at)
  if (bang >= 0 && (at < 0 || bang < at)) {
    return `${left.slice(0, bang) || "*"}!${left.slice(bang + 1) || "*"}@${host}`
  }
  return at < 0 ? `${left || "*"}!*@*` : `*!${left || "*"}@${host}`
}

export function isMask(text: string): boolean {
  return text.includes("*") || text.includes("?")
}
