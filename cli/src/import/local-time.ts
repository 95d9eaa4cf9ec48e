import { Temporal } from 'temporal-polyfill'
import { RecordFault } from './record.ts'

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The instant of a local time (`2027-05-01T18:00`) in a zone; in a gap of summer time, the moment after it. */
export function toInstant(local: string, zone: string): string {
  try {
    return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString()
  } catch {
    throw new RecordFault(`"${local}" is not a date`)
  }
}

export type When = { startsAt: string; endsAt: string }

const OPENS = '09:00'
const CLOSES = '18:00'

/** Whole days without hours, as conferences announce them: from nine to six. */
export function daysAt(firstDay: string, lastDay: string, zone: string): When {
  return {
    startsAt: toInstant(`${day(firstDay)}T${OPENS}`, zone),
    endsAt: toInstant(`${day(lastDay)}T${CLOSES}`, zone),
  }
}

/** `2027-05-01`, or a fault: Temporal would take `20270501` and week dates too. */
export function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new RecordFault(`"${text.slice(0, 40)}" is not a date`)
  return text
}

/** An RFC 3339 time, a local time or a day, as JSON-LD and CSV have them. */
export function readTime(text: string, zone: string, edge: 'start' | 'end'): string {
  const value = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, '$1T')
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return toInstant(`${value}T${edge === 'start' ? OPENS : CLOSES}`, zone)
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}(:?\d{2})?)$/i.test(value)) {
    try {
      return Temporal.Instant.from(value).toString()
    } catch {
      throw new RecordFault(`"${text.slice(0, 40)}" is not a time`)
    }
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(value)) throw new RecordFault(`"${text.slice(0, 40)}" is not a time`)
  return toInstant(value, zone)
}

export function addSeconds(instant: string, seconds: number): string {
  return Temporal.Instant.from(instant).add({ seconds }).toString()
}
