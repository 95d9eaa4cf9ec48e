import { sql } from '@guichet/database'
import { lockForDrawing } from '../allotments/draw-anew.ts'
import type { TicketsTx, TicketTypeRow } from '../db.ts'

/** Makes the orders that are there count for a limit for each buyer that is new; no order of the event is decided meanwhile. */
export async function countBuyers(tx: TicketsTx, type: Pick<TicketTypeRow, 'event_id' | 'id'>): Promise<void> {
  await lockForDrawing(tx, type.event_id)
  await sql`
    update orders set buyer_key = lower(buyer_email)
     where event_id = ${type.event_id} and state in ('held', 'confirmed') and buyer_key is null and buyer_email is not null
       and exists (select from order_line line where line.event_id = orders.event_id and line.order_id = orders.id
                                                 and line.ticket_type_id = ${type.id})`.execute(tx)
}
