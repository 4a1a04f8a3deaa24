// What is the same to somebody who searches: upper and lower case, with and without accents, wide and narrow forms.

const ASCII = /^[\0-\x7f]*$/
const ACCENTS = /[\u0300-\u036f]/g

/** "Straße" and "STRASSE", "café" and "cafe", "ＡＢ" and "ab" are one; Japanese and Indic marks, which change words, stay. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  const bare = text.normalize("NFKD").replace(ACCENTS, "")
  // By way of upper case, which knows that ß is SS; the sigma at the end of a word has a lower case of its own.
  return bare.toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC")
}
