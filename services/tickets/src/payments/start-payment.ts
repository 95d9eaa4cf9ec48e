import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import { COLUMNS, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import type { Offered } from '../payment-accounts/offered.ts'
import { FREE } from './payment.ts'

/** Seconds until we ask the provider ourselves for the first time. */
const FIRST_CHECK_SECONDS = 10

/** How the buyer pays: nothing at all, or in one of the ways that the organizer offers. */
export type Way = Offered | { provider: typeof FREE; mode: null; accountId: null; dueAt: null }

export const NOTHING_TO_PAY: Way = { provider: FREE, mode: null, accountId: null, dueAt: null }

/**
 * The payment with which the buyer of a live hold goes on: the pending one, or a new row. Nothing is asked of the provider
 * here; the caller does that after the commit. `order` is locked.
 */
export async function startPayment(
  tx: TicketsTx,
  order: OrderRow,
  terms: { way: Way; returnUrl: string; holdSeconds: number },
  now: Date,
): Promise<PaymentRow> {
  const { way } = terms
  assertPayable(order, way.provider)
  const earlier = await tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .execute()
  const pending = earlier.find((payment) => payment.state === 'pending')
  if (pending) return pending
  if (way.accountId) await keepAccount(tx, way.accountId)
  if (way.dueAt) await keepUntil(tx, order, way.dueAt)
  else if (earlier.some((payment) => payment.provider === 'bank-transfer')) {
    // Places are kept for days for money that travels for days; who pays at once after all has the time of all others.
    const usual = new Date(now.getTime() + terms.holdSeconds * 1_000)
    if (usual < order.expires_at) await keepUntil(tx, order, usual)
  }
  return tx
    .insertInto('payment')
    .values({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      provider: way.provider,
      account_id: way.accountId,
      mode: way.mode,
      state: 'pending',
      amount_minor: order.total_minor,
      currency: order.currency,
      return_url: terms.returnUrl,
      created_at: now,
      settled_at: null,
      // A bank transfer is recorded by people: there is nobody to ask until it is overdue.
      next_check_at: way.dueAt ?? new Date(now.getTime() + FIRST_CHECK_SECONDS * 1_000),
    })
    .returning(COLUMNS.payment)
    .executeTakeFirstOrThrow()
}

/** What is offered may be remembered for a second; an account that is gone by now could neither be asked nor refund. */
async function keepAccount(tx: TicketsTx, accountUuid: string): Promise<void> {
  const account = await tx
    .selectFrom('payment_account')
    .select('id')
    .where('id', '=', accountUuid)
    .where('enabled', '=', true)
    .forKeyShare()
    .executeTakeFirst()
  if (!account) throw new DomainError('provider-not-offered', { offered: [] })
}

async function keepUntil(tx: TicketsTx, order: OrderRow, until: Date): Promise<void> {
  await tx
    .updateTable('orders')
    .set({ expires_at: until, version: sql<number>`version + 1` })
    .where('event_id', '=', order.event_id)
    .where('id', '=', order.id)
    .execute()
}

function assertPayable(order: OrderRow, provider: string): void {
  if (order.buyer_name === null || order.buyer_email === null) throw new DomainError('buyer-missing')
  if (order.total_minor === 0 && provider !== FREE) throw new DomainError('order-free')
  if (order.total_minor > 0 && provider === FREE) throw new DomainError('payment-required')
}
