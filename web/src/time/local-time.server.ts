import { Temporal } from 'temporal-polyfill'

/** What a `datetime-local` field holds, read in the venue's zone, as an RFC 3339 instant. `null` when it is no time. */
export function toInstant(local: string, timeZone: string): string | null {
  try {
    return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).toInstant().toString()
  } catch {
    // Not a date or not a zone: the form says so beside the field.
    return null
  }
}

/** An instant as a `datetime-local` field shows it, in the venue's zone. */
export function toLocal(instant: string, timeZone: string): string {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
}

export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    // Intl's way of saying no.
    return false
  }
}

/** The day that it is in a zone, as a `date` field holds it. */
export function today(timeZone: string): string {
  return Temporal.Now.plainDateISO(timeZone).toString()
}

export function isDay(day: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(day) && toInstant(`${day}T00:00`, 'UTC') !== null
}

/** When a day begins in a zone; with `days`, that many days later. `null` when it is no day. */
export function dayBegins(day: string, timeZone: string, days = 0): string | null {
  if (!isDay(day)) return null
  return Temporal.PlainDate.from(day).add({ days }).toZonedDateTime(timeZone).toInstant().toString()
}
