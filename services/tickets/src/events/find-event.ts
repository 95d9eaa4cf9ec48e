import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import { COLUMNS, type EventRow } from '../db.ts'
import type { EventFacts } from './event.ts'
import { keepEvent } from './keep-event.ts'

/** Events that `events` does not know either, so that made-up ids cost it nothing. */
const unknown = new LRUCache<string, true>({ max: 10_000, ttl: 10_000 })

/** Our copy of an event; undefined when there is none, or it is gone. */
export async function findEvent(ctx: Context, eventUuid: string): Promise<EventRow | undefined> {
  const event = await ctx.db
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', eventUuid)
    .executeTakeFirst()
  return event?.status === 'deleted' ? undefined : event
}

/**
 * Our copy, or, for an event never seen, the answer of its owner, kept from then on. Not for the reads of anybody: an event
 * whose message is on its way is unknown for a moment.
 */
export async function fetchEvent(ctx: Context, eventUuid: string): Promise<EventRow> {
  const known = await ctx.db
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', eventUuid)
    .executeTakeFirst()
  if (known?.status === 'deleted' || (!known && unknown.has(eventUuid))) throw new DomainError('not-found')
  if (known) return known
  const response = await ctx.askEvents(`/v1/events/${toId('evt', eventUuid)}`)
  if (response.status === 404) {
    unknown.set(eventUuid, true)
    throw new DomainError('not-found')
  }
  if (!response.ok) throw new DomainError('unavailable', {}, { cause: new Error(`events answered ${response.status}`) })
  const body = (await response.json()) as EventFacts & { id: string }
  await inTransaction(ctx.db, (tx) => keepEvent(tx, { ...body, eventId: body.id }))
  const kept = await findEvent(ctx, eventUuid)
  if (!kept) throw new DomainError('not-found')
  return kept
}
