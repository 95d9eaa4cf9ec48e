import { type Language, localeOf } from '../messages/language.ts'

/** Dates are told in the venue's time zone, whatever the visitor's: a door opens where it stands. */

const NBSP = '\u00a0'

function format(instant: string, language: Language, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(localeOf[language], { timeZone, ...options }).format(new Date(instant))
}

/** `20 h 30`, `9 h` in French; `20:30` in English. */
export function formatTime(instant: string, language: Language, timeZone: string): string {
  const clock = format(instant, 'en', timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  if (language === 'en') return clock
  const [hours, minutes] = clock.split(':')
  return minutes === '00' ? `${Number(hours)}${NBSP}h` : `${Number(hours)}${NBSP}h${NBSP}${minutes}`
}

/** `20:30` in both languages, for tables. */
export function formatClock(instant: string, timeZone: string): string {
  return format(instant, 'en', timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** French counts the first of a month: `1er décembre`. */
function firstOf(date: string, language: Language): string {
  return language === 'fr' ? date.replace(/(^|\s)1 /, '$11er ') : date
}

/** `samedi 14 mars 2026`, `Saturday 14 March 2026`. */
export function formatDate(instant: string, language: Language, timeZone: string): string {
  const date = format(instant, language, timeZone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  return firstOf(date, language)
}

/** `sam. 14 mars 2026`: for lists. */
export function formatShortDate(instant: string, language: Language, timeZone: string): string {
  const date = format(instant, language, timeZone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  return firstOf(date, language)
}

/** `14/03/2026 20:30`: for tables. */
export function formatStamp(instant: string, language: Language, timeZone: string): string {
  const day = format(instant, language, timeZone, { day: '2-digit', month: '2-digit', year: 'numeric' })
  return `${day}${NBSP}${formatClock(instant, timeZone)}`
}

/** A short month and a day for the tear-off calendar of a list: `{ month: 'mars', day: '14' }`. */
export function calendarLeaf(instant: string, language: Language, timeZone: string): { month: string; day: string } {
  return {
    month: format(instant, language, timeZone, { month: 'short' }).replace(/\.$/, ''),
    day: format(instant, language, timeZone, { day: 'numeric' }),
  }
}

export type When =
  | { kind: 'days'; text: string }
  | { kind: 'day'; date: string }
  | { kind: 'evening'; date: string; from: string; to: string }

/** How an event's dates are told: whole days, several days, or one day with its hours. */
export function whenOf(event: { startsAt: string; endsAt: string; timeZone: string }, language: Language): When {
  const { startsAt, endsAt, timeZone } = event
  const isoDay = (instant: string) =>
    format(instant, 'en', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' })
  const starts = formatClock(startsAt, timeZone)
  const ends = formatClock(endsAt, timeZone)
  const wholeDays = starts === '00:00' && (ends === '00:00' || ends === '23:59')
  // An end at midnight belongs to the day before.
  const lastInstant = ends === '00:00' ? new Date(Date.parse(endsAt) - 1000).toISOString() : endsAt
  const hours = (Date.parse(endsAt) - Date.parse(startsAt)) / 3_600_000
  if (isoDay(startsAt) === isoDay(lastInstant) || (!wholeDays && hours <= 15)) {
    if (wholeDays) return { kind: 'day', date: formatDate(startsAt, language, timeZone) }
    return {
      kind: 'evening',
      date: formatDate(startsAt, language, timeZone),
      from: formatTime(startsAt, language, timeZone),
      to: formatTime(endsAt, language, timeZone),
    }
  }
  const range = new Intl.DateTimeFormat(localeOf[language], {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  return { kind: 'days', text: firstOf(range.formatRange(new Date(startsAt), new Date(lastInstant)), language) }
}

/** The place that a zone is named after: `Europe/Paris` → `Paris`. */
export function zoneCity(timeZone: string): string {
  return (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')
}
