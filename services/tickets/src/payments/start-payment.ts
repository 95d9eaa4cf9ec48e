import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import { COLUMNS, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { FREE } from './payment.ts'

/** Seconds until we ask the provider ourselves for the first time. */
const FIRST_CHECK_SECONDS = 10

/**
 * The payment with which the buyer of a live hold goes on: the pending one, or a new row. Nothing is asked of the provider
 * here; the caller does that after the commit. `order` is locked.
 */
export async function startPayment(
  tx: TicketsTx,
  order: OrderRow,
  terms: { provider: string; returnUrl: string },
  now: Date,
): Promise<PaymentRow> {
  assertPayable(order, terms.provider)
  const pending = await tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  if (pending) return pending
  return tx
    .insertInto('payment')
    .values({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      provider: terms.provider,
      account_id: null,
      mode: terms.provider === FREE ? null : 'test',
      state: 'pending',
      amount_minor: order.total_minor,
      currency: order.currency,
      return_url: terms.returnUrl,
      created_at: now,
      settled_at: null,
      next_check_at: new Date(now.getTime() + FIRST_CHECK_SECONDS * 1_000),
    })
    .returning(COLUMNS.payment)
    .executeTakeFirstOrThrow()
}

function assertPayable(order: OrderRow, provider: string): void {
  if (order.buyer_name === null || order.buyer_email === null) throw new DomainError('buyer-missing')
  if (order.total_minor === 0 && provider !== FREE) throw new DomainError('order-free')
  if (order.total_minor > 0 && provider === FREE) throw new DomainError('payment-required')
}
