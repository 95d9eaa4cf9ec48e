const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Local time at an instant, as if it were UTC. An unknown zone counts as UTC: a sale does not stop for it. */
function localMs(ms: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = formatOf(timeZone)
    formats.set(timeZone, format)
  }
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const options = { ...fields, second: 'numeric', hourCycle: 'h23', calendar: 'iso8601' } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  }
}

/** The first instant of a day (`2026-03-29`) in a time zone, in milliseconds; a day's midnight may not exist, or twice. */
export function dayStart(day: string, timeZone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const offsets = [midnight - DAY_MS, midnight + DAY_MS].map((ms) => localMs(ms, timeZone) - ms)
  const candidates = offsets.map((offset) => midnight - offset).sort((one, other) => one - other)
  return candidates.find((ms) => localMs(ms, timeZone) >= midnight) ?? midnight
}
