// How long something lasts, as people write it: `30s`, `10m`, `24h`, `7d`, `2w`; and as they read it.

/** More than 30 years are for ever. */
export const DURATION_MS_MAX = 1e12

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
])

/** ms, more than 0; undefined when it is no such time. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ""] = /^([1-9]\d{0,8})([smhdw])$/.exec(text) ?? []
  const ms = Number(count) * (UNIT_MS.get(unit) ?? Number.NaN)
  return ms <= DURATION_MS_MAX ? ms : undefined
}

/** The same; a number alone counts seconds, as IRC has it. */
export function parseSeconds(text: string): number | undefined {
  return parseDuration(text) ?? parseDuration(`${text}s`)
}

const WORDS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
]

/** `90 s`, `10 min`, `2 h`, `7 d`: in the largest unit that leaves nothing over, seconds rounded up. */
export function durationWords(ms: number): string {
  const [unit, unitMs] = WORDS.find(([, each]) => ms >= each && ms % each === 0) ?? ["s", 1000]
  return `${Math.ceil(ms / unitMs)} ${unit}`
}

/** What is left of a wait: no more exact than it has to be. */
export function waitWords(ms: number): string {
  return durationWords(ms > 120_000 ? Math.ceil(ms / 60_000) * 60_000 : ms)
}
