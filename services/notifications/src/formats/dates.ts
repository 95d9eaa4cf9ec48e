import type { Language } from '@guichet/problem'
import { LOCALES } from './locales.ts'

const NBSP = '\u00a0'

export interface Period {
  /** RFC 3339. */
  startsAt: string
  endsAt: string
  /** IANA; always the venue's: a door opens where it stands. */
  timeZone: string
}

/** Told in the venue's time: `Saturday 14 March 2026 at 20:30`, the end, and the name of the zone. */
export interface When {
  starts: string
  /** `until 23:00`'s right-hand part: a time on the same day, else a day and a time. */
  ends: string
  sameDay: boolean
  zone: string
  /** For the leaf of a calendar. */
  month: string
  day: string
  /** For a subject line: `14 March 2026`. */
  short: string
}

export function describeWhen(period: Period, language: Language): When {
  const timeZone = knownZone(period.timeZone)
  const starts = new Date(period.startsAt)
  const ends = new Date(period.endsAt)
  const part = (date: Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(LOCALES[language], { timeZone, ...options }).format(date)
  const day = (date: Date) =>
    part(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).replace(',', '')
  const at = (date: Date) =>
    language === 'fr'
      ? `${day(date)} à ${clock(date, language, timeZone)}`
      : `${day(date)} at ${clock(date, language, timeZone)}`
  const sameDay = day(starts) === day(ends)
  return {
    starts: at(starts),
    ends: sameDay ? clock(ends, language, timeZone) : at(ends),
    sameDay,
    zone: zoneName(timeZone, language, starts),
    month: part(starts, { month: 'short' }).replace(/\.$/, ''),
    day: part(starts, { day: 'numeric' }),
    short: part(starts, { day: 'numeric', month: 'long', year: 'numeric' }),
  }
}

/** `20 h 30`, `9 h` in French, with spaces that don't break; `20:30` in English. */
function clock(date: Date, language: Language, timeZone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(date)
  if (language === 'en') return time
  const [hours, minutes] = time.split(':')
  return minutes === '00' ? `${Number(hours)}${NBSP}h` : `${Number(hours)}${NBSP}h${NBSP}${minutes}`
}

/** `Central European Time`, `heure de La Réunion`. */
function zoneName(timeZone: string, language: Language, date: Date): string {
  if (timeZone === 'UTC') return 'UTC'
  const parts = new Intl.DateTimeFormat(LOCALES[language], { timeZone, timeZoneName: 'longGeneric' }).formatToParts(
    date,
  )
  return parts.find((found) => found.type === 'timeZoneName')?.value ?? timeZone
}

/** The zone by its name, or UTC. */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    // A zone that this Node does not know (yet): UTC is named as such, so nobody is misled.
    return 'UTC'
  }
}
