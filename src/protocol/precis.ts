// Names in any script: the profile UsernameCaseMapped of PRECIS, https://www.rfc-editor.org/rfc/rfc8265#section-3.3, over the
// IdentifierClass of https://www.rfc-editor.org/rfc/rfc8264#section-4.2; and how they look,
// https://www.unicode.org/reports/tr39/#Confusable_Detection.

import { CONFUSABLES } from "./confusables.ts"

const ASCII = /^[\0-\x7f]*$/
const WIDE = /[\u3000\uff01-\uffee]+/g

/** Width, case and normal form, of names and of masks: never fails, and changes nothing at the second time. */
export function precisFolded(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase()
  const narrow = name.replace(WIDE, (letters) => letters.normalize("NFKC")).normalize("NFC")
  // One by one: a sigma at the end of a word would otherwise be another one.
  return Array.from(narrow, (letter) => letter.toLowerCase())
    .join("")
    .normalize("NFC")
}

// Letters, digits and marks: what is called LetterDigits, without OldHangulJamo and the exceptions of RFC 5892 §2.6; of what
// needs a look at its neighbours (CONTEXTJ, CONTEXTO) only the digits of Arabic.
const LETTER_DIGITS = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]+$/u
const FORBIDDEN =
  /\p{Default_Ignorable_Code_Point}|[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\u0640\u07fa\u3031-\u3035\u303b]|\u302e|\u302f/u
const TWO_KINDS_OF_DIGITS = /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** https://www.rfc-editor.org/rfc/rfc5893#section-2, with no letter of the other direction and no number of two kinds. */
const RIGHT_TO_LEFT_NAME =
  /^(?=[^\p{Nd}\p{M}])(?:[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]|\p{M}|[0-9_-])+(?<![_-])$/u

/** Whether PRECIS lets this be a name; ASCII's signs are the caller's to judge. */
export function isPrecis(name: string): boolean {
  const folded = precisFolded(name)
  const letters = folded.replace(/[!-/:-@[-`{-~]+/g, "")
  if (letters === "") return folded !== ""
  // "HasCompat": what is only another way to write something else.
  if (!LETTER_DIGITS.test(letters) || FORBIDDEN.test(folded) || folded.normalize("NFKC") !== folded)
    return false
  if (/^\p{M}/u.test(folded) || TWO_KINDS_OF_DIGITS.test(folded)) return false
  return !RIGHT_TO_LEFT.test(folded) || RIGHT_TO_LEFT_NAME.test(folded)
}

let table: ReadonlyMap<string, string> | undefined

/** Two names that look alike have the same; it is no name itself. */
export function skeleton(name: string): string {
  const prototypes = (table ??= readTable())
  const narrow = name.replace(WIDE, (letters) => letters.normalize("NFKC")).normalize("NFD")
  const looks = Array.from(narrow, (letter) => prototypes.get(letter) ?? letter)
  return precisFolded(looks.join("").normalize("NFD"))
}

function readTable(): Map<string, string> {
  const characters = (words: string) =>
    words.split(" ").map((word) => String.fromCodePoint(Number.parseInt(word, 16)))
  const entries = CONFUSABLES.trim()
    .split("\n")
    .flatMap((line) => {
      const [prototype = "", like = ""] = line.split(": ")
      return characters(like).map((letter) => [letter, characters(prototype).join("")] as const)
    })
  return new Map(entries)
}
