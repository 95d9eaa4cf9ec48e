import { arrayLiteral, type PoolClient } from '@guichet/database'
import type { EventTerms } from './catalogue.ts'
import type { Bought } from './decide.ts'
import type { HoldRequest } from './hold-orders.ts'

type Buyer = Pick<HoldRequest, 'buyer' | 'buyerUserId' | 'offerTo'>

/** All by which we may know a buyer again: the account, and the address. */
export function buyersOf({ buyer, buyerUserId, offerTo }: Buyer): string[] {
  const email = (buyer ?? offerTo)?.email.toLowerCase()
  return [...(email ? [`email ${email}`] : []), ...(email && buyerUserId ? [`user ${buyerUserId}`] : [])]
}

/**
 * What the buyers of these requests have of types with a limit for each buyer. Exact until the commit: who buys such a type
 * holds the lock of its allotment, which this transaction has. Asks nothing when there is no such type.
 */
export async function readBought(
  client: PoolClient,
  requests: readonly HoldRequest[],
  terms: ReadonlyMap<string, EventTerms>,
): Promise<Bought[]> {
  const limited = requests.filter(({ eventId, lines }) =>
    lines.some(({ ticketTypeId }) => terms.get(eventId)?.types.get(ticketTypeId)?.maxPerBuyer != null),
  )
  if (limited.length === 0) return []
  const { rows } = await client.query<{
    key: string | null
    user_id: string | null
    type_id: string
    quantity: number
  }>({
    name: 'read-bought',
    text: `
      select orders.buyer_key as key, orders.buyer_user_id as user_id, line.ticket_type_id as type_id, sum(line.quantity - line.void_quantity)::int as quantity
        from (select orders.event_id, orders.id from orders
                join unnest($1::uuid[], $2::text[]) as buyer (event_id, key) on orders.event_id = buyer.event_id and buyer_key = buyer.key
               union
              select orders.event_id, orders.id from orders
                join unnest($1::uuid[], $3::uuid[]) as buyer (event_id, user_id)
                  on orders.event_id = buyer.event_id and buyer_user_id = buyer.user_id and buyer_key is not null) own
        join orders using (event_id, id)
        join order_line line on line.event_id = orders.event_id and line.order_id = orders.id
       where orders.state in ('held', 'confirmed')
       group by 1, 2, 3`,
    values: [
      arrayLiteral(limited.map(({ eventId }) => eventId)),
      arrayLiteral(limited.map((request) => (request.buyer ?? request.offerTo)?.email.toLowerCase() ?? null)),
      arrayLiteral(limited.map(({ buyerUserId }) => buyerUserId)),
    ],
  })
  return rows.map((row) => ({
    buyerKeys: [...(row.key ? [`email ${row.key}`] : []), ...(row.user_id ? [`user ${row.user_id}`] : [])],
    ticketTypeId: row.type_id,
    quantity: row.quantity,
  }))
}
