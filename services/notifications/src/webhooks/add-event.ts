import { sql } from '@guichet/database'
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
  const endpointIds = await writeEvent(tx, now, event, audience)
  if (endpointIds.length === 0) return 0
  await tx
    .insertInto('webhook_delivery')
    .values(
      endpointIds.map((endpoint_id) => ({
        id: newUuid(now.getTime()),
        endpoint_id,
        event_id: event.id,
        state: 'pending' as const,
        next_attempt_at: now,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.constraint('webhook_delivery_once').doNothing())
    .execute()
  return endpointIds.length
}

/** The event and the question who gets it, in one statement: most organizers have no endpoint. Of a known event, nobody. */
async function writeEvent(tx: Tx, now: Date, event: NewEvent, audience: Audience): Promise<string[]> {
  const wanted =
    audience === 'nobody'
      ? sql`false`
      : audience === 'subscribed'
        ? sql`e.organizer_id = ${event.organizerId} and e.enabled and (e.types is null or ${event.type} = any (e.types))`
        : sql`e.id = ${audience.endpointId}`
  // Locked against a deletion meanwhile, whose cascade could not see our rows.
  const { rows } = await sql<{ id: string }>`
    with event as (
      insert into public_event (id, organizer_id, type, occurred_at, data, test, stream_due_at, created_at)
      values (${event.id}, ${event.organizerId}, ${event.type}, ${event.occurredAt}, ${JSON.stringify(event.data)}::jsonb,
              ${event.test}, ${event.streamed ? now : null}, ${now})
      on conflict (id) do nothing
      returning id
    )
    select e.id from webhook_endpoint e where exists (select from event) and ${wanted} for key share
  `.execute(tx)
  return rows.map(({ id }) => id)
}
