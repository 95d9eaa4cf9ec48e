import { sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import { toUuid } from '@guichet/server'
import type { TicketsTx } from '../db.ts'
import { forgetAddresses } from '../waiting-list/forget-entries.ts'

/** accounts.user-erased.v1: forgets who bought; what was sold, paid and refunded stays, as the law on books wants it. */
export async function userErased(tx: TicketsTx, message: Message<{ userId: string }>): Promise<void> {
  const userId = toUuid('usr', message.data.userId)
  const bought = await tx
    .selectFrom('orders')
    .select('buyer_email')
    .distinct()
    .where('buyer_user_id', '=', userId)
    .where('buyer_email', 'is not', null)
    .execute()
  await sql`
    update ticket set holder_name = null, holder_email = null from orders
     where orders.buyer_user_id = ${userId} and ticket.event_id = orders.event_id and ticket.order_id = orders.id`.execute(
    tx,
  )
  // Stored answers to an Idempotency-Key repeat the order with its buyer.
  await tx.deleteFrom('idempotency_key').where('scope', 'like', `${message.data.userId}:%`).execute()
  await tx
    .updateTable('orders')
    .set({
      buyer_user_id: null,
      buyer_name: null,
      buyer_email: null,
      buyer_key: null,
      buyer_phone: null,
      consents: null,
      version: sql<number>`version + 1`,
    })
    .where('buyer_user_id', '=', userId)
    .execute()
  // What others passed on to such an address stays: anybody may buy in anybody's name, and the event would go unannounced.
  await forgetAddresses(
    tx,
    bought.flatMap((order) => order.buyer_email ?? []),
  )
}
