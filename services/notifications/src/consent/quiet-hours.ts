/** From and until which hour, local time, nobody is disturbed: 21 and 8. */
export interface QuietHours {
  from: number
  until: number
}

/** `21-8`; undefined for `none` and for what is no such thing. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, from = '', until = ''] = /^(\d\d?)-(\d\d?)$/.exec(text) ?? []
  const hours = { from: Number(from), until: Number(until) }
  return from !== '' && hours.from < 24 && hours.until < 24 && hours.from !== hours.until ? hours : undefined
}

/** When the quiet hours that hold `now` end; undefined when none do. An unknown zone counts as UTC. */
export function quietUntil(hours: QuietHours, now: Date, timeZone: string): Date | undefined {
  const offset = offsetMs(now, timeZone)
  const local = new Date(now.getTime() + offset)
  const hour = local.getUTCHours()
  const quiet =
    hours.from < hours.until ? hour >= hours.from && hour < hours.until : hour >= hours.from || hour < hours.until
  if (!quiet) return undefined
  const tomorrow = hour >= hours.until
  const wall = Date.UTC(
    local.getUTCFullYear(),
    local.getUTCMonth(),
    local.getUTCDate() + (tomorrow ? 1 : 0),
    hours.until,
  )
  // The clocks may change in that night: by the offset of the morning, not of the evening.
  const end = wall - offsetMs(new Date(wall - offset), timeZone)
  return new Date(Math.max(end, now.getTime() + 1))
}

const formats = new Map<string, Intl.DateTimeFormat>()

function offsetMs(at: Date, timeZone: string): number {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return wall - Math.floor(at.getTime() / 1_000) * 1_000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const options = { ...fields, second: 'numeric', hourCycle: 'h23', calendar: 'iso8601' } as const
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone })
  } catch {
    format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  }
  formats.set(timeZone, format)
  return format
}
