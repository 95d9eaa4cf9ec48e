import { addToOutbox } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { EventRow, EventsTx } from '../db.ts'

/** What holders of a copy get to know (contracts/messages/events.*). */
function snapshot(row: EventRow) {
  return {
    eventId: toId('evt', row.id),
    organizerId: toId('org', row.organizer_id),
    version: row.version,
    status: row.status,
    title: row.title,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    timeZone: row.time_zone,
    venue: row.venue,
    category: row.category,
  }
}

async function announce(tx: EventsTx, row: EventRow, type: string, data: object): Promise<void> {
  await addToOutbox(tx, { type, subject: toId('evt', row.id), data })
}

export async function announcePublished(tx: EventsTx, row: EventRow): Promise<void> {
  await announce(tx, row, 'events.event-published.v1', snapshot(row))
}

export async function announceCancelled(tx: EventsTx, row: EventRow): Promise<void> {
  const reason = row.cancellation_reason ? { cancellationReason: row.cancellation_reason } : {}
  await announce(tx, row, 'events.event-cancelled.v1', { ...snapshot(row), ...reason })
}

export async function announceDeleted(tx: EventsTx, row: EventRow): Promise<void> {
  const { eventId, organizerId } = snapshot(row)
  // One more than any version seen, so that a late message of the living event is recognised as old.
  await announce(tx, row, 'events.event-deleted.v1', { eventId, organizerId, version: row.version + 1 })
}

/**
 * Tells of a change of a published event, when it is one that a copy holds: `rescheduled` for another time or zone,
 * else `updated`. A draft, or a change of description or picture alone, is nobody's business.
 */
export async function announceChange(tx: EventsTx, before: EventRow, after: EventRow): Promise<void> {
  if (after.status !== 'published') return
  const old = snapshot(before)
  const data = snapshot(after)
  if (old.startsAt !== data.startsAt || old.endsAt !== data.endsAt || old.timeZone !== data.timeZone) {
    await announce(tx, after, 'events.event-rescheduled.v1', { ...data, previousStartsAt: old.startsAt })
  } else if (!sameJson([old.title, old.venue, old.category], [data.title, data.venue, data.category])) {
    await announce(tx, after, 'events.event-updated.v1', data)
  }
}

/** JSON equality that does not mind the order of fields: PostgreSQL's jsonb keeps none. */
export function sameJson(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
