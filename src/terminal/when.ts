// Times as people write them: 2026-11-20, 2026-11-20T14:02, 14:02, today, yesterday, 90m, 3h, 2d (ago). In this computer's time zone.

/** How to write one, for who did not. */
export const WHEN = "2026-11-20, 2026-11-20T14:02, 14:02, yesterday, 90m, 3h or 2d"

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** ms since 1970, never before it; undefined for what is no time. */
export function parseWhen(text: string, now: number): number | undefined {
  const at = timeIn(text, now)
  // Nothing was said before, and a time of five digits for its year has no place on the wire.
  return at === undefined ? undefined : Math.min(Math.max(at, 0), LAST)
}

const LAST = Date.UTC(9999, 11, 31)

function timeIn(text: string, now: number): number | undefined {
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
  const [, day = "", time = "00:00", zone = ""] = DATE.exec(text) ?? []
  // Without a zone it is this computer's.
  const at = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(at) || !isOfCalendar(day) ? undefined : at
}

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z?))?$/

/** A day that no month has, 31 February, would be taken for one in March. */
function isOfCalendar(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day)
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
