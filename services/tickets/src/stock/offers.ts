import { arrayLiteral, type PoolClient } from '@guichet/database'
import { outboxStatement } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { OrderRow } from '../db.ts'
import type { HoldRequest } from './hold-orders.ts'

/** Of the entries to which places are offered, those that still wait. */
export async function readWaiting(client: PoolClient, requests: readonly HoldRequest[]): Promise<Set<string>> {
  const offers = requests.filter(({ offerTo }) => offerTo !== undefined)
  if (offers.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>({
    name: 'read-waiting',
    text: `select id from waiting_entry where state = 'waiting'
              and (event_id, id) in (select * from unnest($1::uuid[], $2::uuid[]))`,
    values: [
      arrayLiteral(offers.map(({ eventId }) => eventId)),
      arrayLiteral(offers.map(({ offerTo }) => offerTo?.entryId ?? null)),
    ],
  })
  return new Set(rows.map((row) => row.id))
}

/** The entries were found waiting under the lock that guards them. */
export async function markOffered(client: PoolClient, orders: readonly OrderRow[], now: Date): Promise<void> {
  const waited = client.query({
    name: 'mark-offered',
    text: `with entry as (
             update waiting_entry set state = 'offered', order_id = offer.order_id, ended_at = $4
               from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as offer (event_id, entry_id, order_id)
              where waiting_entry.event_id = offer.event_id and waiting_entry.id = offer.entry_id and state = 'waiting'
             returning waiting_entry.event_id, ticket_type_id)
           update allotment set waiting = waiting - served.entries
             from (select event_id, ticket_type_id, count(*)::int as entries from entry group by 1, 2) served
            where allotment.event_id = served.event_id and allotment.ticket_type_id = served.ticket_type_id`,
    values: [
      arrayLiteral(orders.map((order) => order.event_id)),
      arrayLiteral(orders.map((order) => order.waiting_entry_id)),
      arrayLiteral(orders.map((order) => order.id)),
      now.toISOString(),
    ],
  })
  const announced = client.query(
    outboxStatement(
      orders.map((order) => ({
        type: 'tickets.waiting-list-offered.v1',
        subject: toId('ord', order.id),
        data: {
          entryId: toId('wle', order.waiting_entry_id ?? ''),
          orderId: toId('ord', order.id),
          eventId: toId('evt', order.event_id),
          organizerId: toId('org', order.organizer_id),
        },
      })),
    ),
  )
  await Promise.all([waited, announced])
}
