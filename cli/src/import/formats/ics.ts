import ICAL from 'ical.js'
import { addSeconds, isTimeZone, toInstant, type When } from '../local-time.ts'
import { type Draft, type Parsed, RecordFault, readRecord } from '../record.ts'

type Block = { text: string; line: number }
type Calendar = { zone: string | undefined; zones: Map<string, string> }

const OCCURRENCES_MAX = 52
const LOOK_AHEAD = 5_000

/** iCalendar (RFC 5545). Each VEVENT is read alone, so that a broken one does not take the others with it. */
export function readIcs(text: string, now: Date): Parsed {
  const parsed: Parsed = { records: [], refused: [] }
  const { events, calendar } = split(text)
  if (events.length === 0) parsed.refused.push({ line: 1, label: 'file', reason: 'it holds no VEVENT' })
  for (const block of events) {
    const at = {
      line: block.line,
      label: /^SUMMARY[^:\r\n]*:(.*)$/im.exec(block.text)?.[1]?.trim() || 'event without a summary',
    }
    readRecord(parsed, at, () => readEvent(block, at.label, calendar, now))
  }
  return parsed
}

/** The events with their lines, and what the calendar says of zones. */
function split(text: string): { events: Block[]; calendar: Calendar } {
  const events: Block[] = []
  const calendar: Calendar = { zone: undefined, zones: new Map() }
  const lines = text.split(/\r\n|\n|\r/)
  let open: { start: number; kind: 'VEVENT' | 'VTIMEZONE' } | undefined
  const close = (end: number) => {
    if (!open) return
    const body = lines.slice(open.start, end)
    if (open.kind === 'VEVENT') events.push({ text: body.join('\r\n'), line: open.start + 1 })
    else rememberZone(calendar, body.join('\n'))
    open = undefined
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim().toUpperCase()
    if (line === 'BEGIN:VEVENT' || line === 'BEGIN:VTIMEZONE') {
      close(index) // one that was never ended
      open = { start: index, kind: line === 'BEGIN:VEVENT' ? 'VEVENT' : 'VTIMEZONE' }
    } else if (line === 'END:VEVENT' || line === 'END:VTIMEZONE') close(index + 1)
    else if (!open && line.startsWith('X-WR-TIMEZONE')) {
      calendar.zone = ianaZone(raw.slice(raw.indexOf(':') + 1).trim(), calendar)
    }
  }
  close(lines.length)
  return { events, calendar }
}

/** Windows' names of zones, as Outlook writes them. */
const WINDOWS: Record<string, string> = {
  'W. Europe Standard Time': 'Europe/Berlin',
  'Romance Standard Time': 'Europe/Paris',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'GMT Standard Time': 'Europe/London',
  'FLE Standard Time': 'Europe/Helsinki',
  'GTB Standard Time': 'Europe/Athens',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Mountain Standard Time': 'America/Denver',
  'Pacific Standard Time': 'America/Los_Angeles',
  'India Standard Time': 'Asia/Kolkata',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'AUS Eastern Standard Time': 'Australia/Sydney',
}

function rememberZone(calendar: Calendar, text: string): void {
  const name = /^TZID[^:\n]*:(.*)$/im.exec(text)?.[1]?.trim()
  const location = /^X-LIC-LOCATION[^:\n]*:(.*)$/im.exec(text)?.[1]?.trim()
  if (name && location && isTimeZone(location)) calendar.zones.set(name, location)
}

function ianaZone(name: string, calendar: Calendar): string | undefined {
  const plain = name.replace(/^"|"$/g, '')
  // `/mozilla.org/20050126_1/Europe/Paris` and the like: a path that ends in the zone.
  const tail = plain.split('/').slice(-2).join('/')
  const known = calendar.zones.get(plain) ?? WINDOWS[plain]
  return known ?? [plain, tail].find((candidate) => candidate !== '' && isTimeZone(candidate))
}

function readEvent(block: Block, label: string, calendar: Calendar, now: Date): Draft[] {
  if (!/END:VEVENT\s*$/i.test(block.text)) throw new RecordFault('it has no END:VEVENT')
  const component = new ICAL.Component(
    ICAL.parse(`BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${block.text}\r\nEND:VCALENDAR`) as unknown as string,
  ).getFirstSubcomponent('vevent')
  if (!component) throw new RecordFault('it is not a VEVENT')
  const property = (name: string): string | undefined => {
    const value = component.getFirstPropertyValue(name)
    return value === null || value === undefined || String(value).trim() === '' ? undefined : String(value).trim()
  }
  if (property('status')?.toUpperCase() === 'CANCELLED') throw new RecordFault('it is cancelled')
  const start = component.getFirstPropertyValue('dtstart')
  if (!(start instanceof ICAL.Time)) throw new RecordFault('it has no DTSTART')
  const notes: string[] = []
  const zone = zoneOfProperty(component, start, calendar, notes)
  const summary = property('summary')
  if (!summary) throw new RecordFault('it has no SUMMARY')
  const uid = property('uid')
  const url = property('url')
  const location = property('location')
  const isOnline = location ? /^https?:\/\/|\b(online|en ligne|zoom|teams|meet)\b/i.test(location) : false
  const recurrence = property('recurrence-id')
  const draft = (when: When, occurrence: string | undefined): Draft => ({
    line: block.line,
    label,
    notes: [...notes],
    identity: ['ics', uid ?? `${summary}|${url ?? ''}|${start.toString()}`, occurrence],
    body: {
      title: { en: summary },
      ...(property('description') ? { description: { en: property('description') ?? '' } } : {}),
      ...when,
      timeZone: zone,
      venue: { ...(location && !/^https?:/.test(location) ? { name: location } : {}), online: isOnline || !location },
      category: categoryOf(property('categories')),
      ...(url ? { url } : {}),
    },
  })
  const event = new ICAL.Event(component)
  if (!location) notes.push('it has no place: taken for online')
  if (!event.isRecurring()) return [draft(timesOf(start, event, zone, notes), recurrence)]
  return occurrences(event, start, now).map((time, index, all) => {
    if (index === 0) notes.push(`it repeats: ${all.length} occurrence${all.length === 1 ? '' : 's'} taken`)
    return draft(timesOf(time, event, zone, notes), time.toString())
  })
}

function zoneOfProperty(component: ICAL.Component, start: ICAL.Time, calendar: Calendar, notes: string[]): string {
  const named = component.getFirstProperty('dtstart')?.getFirstParameter('tzid')
  if (named) {
    const zone = ianaZone(named, calendar)
    if (zone) return zone
    notes.push(`the time zone "${named.slice(0, 40)}" is not known: ${calendar.zone ?? 'UTC'}`)
  } else if (!calendar.zone && start.zone !== ICAL.Timezone.utcTimezone) notes.push('it names no time zone: UTC')
  return calendar.zone ?? 'UTC'
}

/** The occurrences that are not over, at most a year of weekly ones; the first one when all are over. */
function occurrences(event: ICAL.Event, start: ICAL.Time, now: Date): ICAL.Time[] {
  const taken: ICAL.Time[] = []
  const iterator = event.iterator()
  for (let step = 0; step < LOOK_AHEAD && taken.length < OCCURRENCES_MAX; step++) {
    const next = iterator.next()
    if (!next) break
    if (Date.UTC(next.year, next.month - 1, next.day + 1) >= now.getTime()) taken.push(next.clone())
  }
  return taken.length > 0 ? taken : [start]
}

const LONGEST_HOURS = 366 * 24

function timesOf(start: ICAL.Time, event: ICAL.Event, zone: string, notes: string[]): When {
  const seconds = durationOf(event, notes)
  if (seconds <= 0) throw new RecordFault('it ends before it starts')
  if (seconds > LONGEST_HOURS * 3_600) throw new RecordFault('it lasts more than a year')
  if (start.isDate) {
    const last = start.clone()
    last.adjust(Math.max(1, Math.round(seconds / 86_400)) - 1, 0, 0, 0)
    return {
      startsAt: toInstant(`${start.toString()}T00:00`, zone),
      endsAt: toInstant(`${last.toString()}T23:59`, zone),
    }
  }
  const local = start.toString()
  const startsAt = local.endsWith('Z') ? new Date(local).toISOString() : toInstant(local, zone)
  return { startsAt, endsAt: addSeconds(startsAt, seconds) }
}

/** DTEND, DURATION, or what RFC 5545 §3.6.1 says without: the day, or nothing, for which we take two hours. */
function durationOf(event: ICAL.Event, notes: string[]): number {
  const { component } = event
  if (component.hasProperty('dtend') || component.hasProperty('duration')) return event.duration.toSeconds()
  if (event.startDate.isDate) return 86_400
  if (!notes.includes('it has no end: two hours were taken')) notes.push('it has no end: two hours were taken')
  return 7_200
}

const CATEGORIES: [RegExp, string][] = [
  [/concert|music|musique/i, 'concert'],
  [/th[eé][aâ]tre|theater|danse|dance|op[eé]ra/i, 'theatre'],
  [/festival/i, 'festival'],
  [/expo|exhibition|mus[eé]/i, 'exhibition'],
  [/sport|match|race|course/i, 'sport'],
  [/workshop|atelier|training|formation|meetup/i, 'workshop'],
  [/comedy|humour|stand-?up/i, 'comedy'],
  [/famil|kids|enfant/i, 'family'],
  [/conf|summit|congr/i, 'conference'],
]

export function categoryOf(words: string | undefined): string {
  return CATEGORIES.find(([pattern]) => pattern.test(words ?? ''))?.[1] ?? 'other'
}
