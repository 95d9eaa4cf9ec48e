import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { PromoCodeRow, TicketsDb, TicketsTx } from '../db.ts'
import type { PromoCodeAnswer } from './promo-code-schema.ts'

interface Uses {
  id: string
  uses_max: number | null
  held: number
  sold: number
}

/** Codes of one event with their uses: those of a limited one are counted by its pool, the others' by their orders. */
export async function presentPromoCodes(
  db: TicketsDb | TicketsTx,
  codes: readonly PromoCodeRow[],
): Promise<Static<typeof PromoCodeAnswer>[]> {
  const [first] = codes
  if (!first) return []
  const { rows } = await sql<Uses>`
    select code.id, pool.capacity as uses_max, coalesce(pool.held, counted.held, 0) as held,
           coalesce(pool.sold, counted.sold, 0) as sold
      from promo_code code
      left join allotment pool on pool.event_id = code.event_id and pool.id = code.allotment_id
      left join lateral (
        select sum(line.quantity) filter (where orders.state = 'held')::int as held,
               sum(line.quantity - line.void_quantity) filter (where orders.state = 'confirmed')::int as sold
          from orders
          join order_line line on line.event_id = orders.event_id and line.order_id = orders.id
          join ticket_type type on type.event_id = line.event_id and type.id = line.ticket_type_id
         where orders.event_id = code.event_id and orders.promo_code_id = code.id
           and case when cardinality(code.ticket_type_ids) = 0 then not type.hidden else type.id = any(code.ticket_type_ids) end
        ) counted on code.allotment_id is null
     where code.event_id = ${first.event_id} and code.id = any(${codes.map((code) => code.id)}::uuid[])`.execute(db)
  const usesOf = new Map(rows.map((row) => [row.id, row]))
  return codes.map((code) => {
    const uses = usesOf.get(code.id)
    return {
      id: toId('pro', code.id),
      code: code.code,
      discountPercent: code.discount_percent,
      discountMinor: code.discount_minor,
      ticketTypeIds: code.ticket_type_ids.map((id) => toId('typ', id)),
      unlocks: code.unlocks,
      usesMax: uses?.uses_max ?? null,
      usesHeld: uses?.held ?? 0,
      usesSold: uses?.sold ?? 0,
      startsAt: code.starts_at?.toISOString() ?? null,
      endsAt: code.ends_at?.toISOString() ?? null,
      active: code.active,
      version: code.version,
    }
  })
}

export async function presentPromoCode(
  db: TicketsDb | TicketsTx,
  code: PromoCodeRow,
): Promise<Static<typeof PromoCodeAnswer>> {
  const [answer] = await presentPromoCodes(db, [code])
  if (!answer) throw new Error('One code gives one answer')
  return answer
}
