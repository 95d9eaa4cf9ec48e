import type { Period } from '../formats/dates.ts'
import type { Attachment } from '../mail/mailer.ts'

export interface CalendarEntry extends Period {
  /** The same for the same entry, so that a later file changes or removes it instead of adding another. */
  uid: string
  /** Grows with each change (RFC 5545 §3.8.7.4). */
  sequence: number
  cancelled: boolean
  title: string
  place: string
  description: string
  url: string
}

/** The entry as an iCalendar file (RFC 5545). Instants are in UTC, so no zone definition can be wrong. */
export function calendarFile(entry: CalendarEntry, now: Date): Attachment {
  const method = entry.cancelled ? 'CANCEL' : 'PUBLISH'
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Guichet//Notifications//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${entry.uid}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(new Date(entry.startsAt))}`,
    `DTEND:${utc(new Date(entry.endsAt))}`,
    `SUMMARY:${escapeText(entry.title)}`,
    ...(entry.place ? [`LOCATION:${escapeText(entry.place)}`] : []),
    `DESCRIPTION:${escapeText(entry.description)}`,
    `URL:${entry.url}`,
    `STATUS:${entry.cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return {
    filename: 'event.ics',
    contentType: `text/calendar; charset=utf-8; method=${method}`,
    content: `${lines.map(fold).join('\r\n')}\r\n`,
  }
}

function utc(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** RFC 5545 §3.3.11. */
function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, (character) => `\\${character}`).replace(/\r\n|\r|\n/g, '\\n')
}

const OCTETS_MAX = 75

/** RFC 5545 §3.1: at most 75 octets a line, and no character cut in two. */
function fold(line: string): string {
  let folded = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > OCTETS_MAX) {
      folded += '\r\n '
      octets = 1
    }
    folded += character
    octets += size
  }
  return folded
}
