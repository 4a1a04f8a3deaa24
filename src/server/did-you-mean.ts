// The word that somebody probably meant: https://en.wikipedia.org/wiki/Levenshtein_distance

/** The nearest of `known` within a third of the letters, or undefined. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.floor(Math.max(word.length, 3) / 3) + 1
  for (const candidate of known) {
    const slips = distance(word.toLowerCase(), candidate)
    if (slips < least) [best, least] = [candidate, slips]
  }
  return best
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
