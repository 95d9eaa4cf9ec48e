import { newUuid } from '@guichet/server'
import type { Tx } from '../db.ts'

export interface NewEvent {
  /** The id of the message it is made of. */
  id: string
  organizerId: string
  type: string
  occurredAt: Date
  data: Record<string, unknown>
  test: boolean
  /** Whether the broker's public exchange gets it too. */
  streamed: boolean
}

/** Whose endpoints get it: all that want its type, one, or none (those who listen without an endpoint see it all the same). */
export type Audience = 'subscribed' | 'nobody' | { endpointId: string }

/** Writes an event once, and a delivery for each endpoint. Returns how many. */
export async function addEvent(tx: Tx, now: Date, event: NewEvent, audience: Audience = 'subscribed'): Promise<number> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('public_event')
    .values({
      id: event.id,
      organizer_id: event.organizerId,
      type: event.type,
      occurred_at: event.occurredAt,
      data: JSON.stringify(event.data),
      test: event.test,
      stream_due_at: event.streamed ? now : null,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (!numInsertedOrUpdatedRows || audience === 'nobody') return 0
  const endpoints = await endpointsFor(tx, event, audience)
  if (endpoints.length === 0) return 0
  await tx
    .insertInto('webhook_delivery')
    .values(
      endpoints.map(({ id }) => ({
        id: newUuid(now.getTime()),
        endpoint_id: id,
        event_id: event.id,
        state: 'pending' as const,
        next_attempt_at: now,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.constraint('webhook_delivery_once').doNothing())
    .execute()
  return endpoints.length
}

function endpointsFor(tx: Tx, event: NewEvent, audience: Exclude<Audience, 'nobody'>) {
  // Locked against a deletion meanwhile, whose cascade could not see our row.
  const query = tx.selectFrom('webhook_endpoint').select('id').forKeyShare()
  if (audience !== 'subscribed') return query.where('id', '=', audience.endpointId).execute()
  return query
    .where('organizer_id', '=', event.organizerId)
    .where('enabled', '=', true)
    .where((where) => where.or([where('types', 'is', null), where(where.val(event.type), '=', where.fn.any('types'))]))
    .execute()
}
