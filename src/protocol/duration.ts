// How long something lasts, as people write it: `30s`, `10m`, `24h`, `7d`, `2w`.

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
