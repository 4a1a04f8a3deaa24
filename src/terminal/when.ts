// Times as people write them: 2026-11-20, 2026-11-20T14:02, 14:02, today, yesterday, 90m, 3h, 2d (ago). In this computer's time zone.

/** How to write one, for who did not. */
export const WHEN = "2026-11-20, 2026-11-20T14:02, 14:02, yesterday, 90m, 3h or 2d"

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** ms since 1970, or undefined. */
export function parseWhen(text: string, now: number): number | undefined {
  const [, count = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (unit !== "") return now - Number(count) * (UNITS[unit] ?? 0)
  if (text === "today" || text === "yesterday") {
    const date = new Date(now)
    return new Date(
      date.getFullYear(),
      date.getMonth(),
      date.getDate() - (text === "today" ? 0 : 1),
    ).getTime()
  }
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours !== undefined) return lastAt(Number(hours), Number(minutes), now)
  const [, day, time = "00:00"] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/.exec(text) ?? []
  // Without a zone it is this computer's.
  const at =
    day === undefined ? Date.parse(/^\d{4}-.*Z$/.test(text) ? text : "") : Date.parse(`${day}T${time}`)
  return Number.isNaN(at) ? undefined : at
}

/** When clocks showed it last. */
function lastAt(hours: number, minutes: number, now: number): number {
  const date = new Date(now)
  date.setHours(hours, minutes, 0, 0)
  if (date.getTime() > now) date.setDate(date.getDate() - 1)
  return date.getTime()
}

/** As `parseWhen` reads it, in whole seconds. */
export function whenOf(at: number): string {
  const date = new Date(at)
  const parts = (of: readonly number[]) => of.map((part) => String(part).padStart(2, "0"))
  const day = parts([date.getFullYear(), date.getMonth() + 1, date.getDate()]).join("-")
  return `${day}T${parts([date.getHours(), date.getMinutes(), date.getSeconds()]).join(":")}`
}
