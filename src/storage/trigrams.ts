// What the search index knows of a row: which three characters follow each other in its text, and by marks of three
// characters of nobody's alphabet whose it is. docs/adr/0003-search-by-trigrams.md

import type { Row } from "../core/seams.ts"
import { fold } from "./folding.ts"
import { nickOf } from "./plain-reading.ts"

/** The columns of `search`. */
export type Searchable = [
  text: string,
  one: string | null,
  other: string | null,
  account: string | null,
  nick: string | null,
]

/** Not one without text or conversation. */
export function isSearchable({ text, channelId, accountId, peerId }: Row): boolean {
  return text !== null && (channelId !== null || (accountId !== null && peerId !== null))
}

/** What is indexed of a row that is searchable. Must not change for a text that is indexed. */
export function searchable(row: Row): Searchable {
  const { channelId, accountId, peerId, text } = row
  const one = channelId ?? accountId ?? 0
  const other = channelId === null && peerId !== one ? peerId : null
  return [
    spread(fold(text ?? "")),
    conversationMark(one),
    other === null ? null : conversationMark(other),
    accountId === null ? null : authorMark(accountId),
    nickMark(nickOf(row)),
  ]
}

/** The trigrams that every text has that holds this word: none for one or two letters. */
export function trigramsOf(word: string): string[] {
  const characters = [...spread(fold(word))]
  return characters.slice(2).map((_, i) => characters.slice(i, i + 3).join(""))
}

/** Of a channel, or of an account whose direct message it is. */
export function conversationMark(id: number): string {
  return mark(id, 0xf0000)
}

export function authorMark(accountId: number): string {
  return mark(accountId, 0xf8000)
}

/** Of a folded nick; two nicks may share a mark. */
export function nickMark(nick: string): string {
  let hash = 0
  for (const character of nick) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % MARKS
  return mark(hash, 0x100000)
}

const DIGITS = 2 ** 15
const MARKS = DIGITS ** 3

// Three digits from the planes for private use: https://www.unicode.org/faq/private_use.html
function mark(id: number, from: number): string {
  const digits = [Math.floor(id / DIGITS ** 2) % DIGITS, Math.floor(id / DIGITS) % DIGITS, id % DIGITS]
  return String.fromCodePoint(...digits.map((digit) => from + digit))
}

const ASCII = /^[\0-\x7f]*$/
const WORDS_OF_ONE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Extended_Pictographic}]+/gu
const BETWEEN = "\u{10fffd}"

// Where one character is a word already, a mark stands round each, so that one and two of them are trigrams, too.
function spread(folded: string): string {
  if (ASCII.test(folded)) return folded
  return folded.replace(WORDS_OF_ONE, (run) => BETWEEN + [...run].join(BETWEEN) + BETWEEN)
}
