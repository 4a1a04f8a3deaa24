// Times as people read them, in this computer's time zone.

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** `14:02`; `at` in ms since 1970. */
export function clock(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":")
}

/** `Sat 21 Nov 2026` */
export function day(at: number): string {
  const date = new Date(at)
  return `${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`
}

/** `0.4 s`, `2 h 10 min` */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return minutes >= 1 ? `${minutes} min` : `${(ms / 1000).toFixed(1)} s`
}
