import type { Order } from '../api/types.ts'
import { type Language, pickText } from '../messages/language.ts'

/**
 * An iCalendar file (RFC 5545) with the event of an order or a ticket. It links the event's page: calendars are shared, and the order's
 * link is a key.
 */
export function calendarOf(
  order: Pick<Order, 'id' | 'eventId' | 'event'>,
  language: Language,
  publicUrl: string,
  place: string,
  now: Date,
): string {
  const { event } = order
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Guichet//Guichet//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${order.id}@guichet`,
    `DTSTAMP:${utc(now.toISOString())}`,
    `DTSTART:${utc(event.startsAt)}`,
    `DTEND:${utc(event.endsAt)}`,
    `SUMMARY:${escapeText(pickText(event.title, language).text)}`,
    ...(place ? [`LOCATION:${escapeText(place)}`] : []),
    `URL:${publicUrl}/${language}/events/${order.eventId}`,
    `STATUS:${event.status === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return `${lines.flatMap(fold).join('\r\n')}\r\n`
}

function utc(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, (character) => `\\${character}`).replace(/\r\n|[\r\n]/g, '\\n')
}

/** Lines are at most 75 octets; what follows starts with a space (RFC 5545 §3.1). */
function fold(line: string): string[] {
  const folded: string[] = []
  let current = ''
  for (const character of line) {
    if (Buffer.byteLength(current + character) > 74) {
      folded.push(current)
      current = ' '
    }
    current += character
  }
  return [...folded, current]
}
