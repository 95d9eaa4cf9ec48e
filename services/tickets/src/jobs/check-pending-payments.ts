import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { PaymentRow } from '../db.ts'
import { endHold } from '../orders/end-holds.ts'
import type { OrderState } from '../orders/order-state.ts'
import { checkPayment, closePayment } from '../payments/check-payment.ts'
import type { ProviderPayment } from '../payments/provider.ts'
import type { Job } from './loop.ts'

const BATCH = 10
/** How long a hold outlives its deadline while the provider cannot say what became of its payment. */
const GRACE_MS = 45_000

type DuePayment = PaymentRow & { order_state: OrderState; expires_at: Date }

/**
 * Asks the provider about payments of which no webhook has come; no webhook is ever needed. A hold with a payment under way
 * is ended here, after the provider has been asked, and the buyer can no longer pay.
 */
export const checkPendingPayments: Job = {
  name: 'check-pending-payments',
  pauseMs: 1_000,
  async run(ctx) {
    const now = await ctx.time(ctx.db)
    const due = await claim(ctx, now)
    await Promise.all(
      due.map((payment) =>
        check(ctx, payment, now).catch((error: unknown) => {
          ctx.log.warn({ err: error, payment: payment.id }, 'a payment could not be checked')
        }),
      ),
    )
    return due.length
  },
}

/** Takes due payments, the longer they are overdue the more seldom, and puts their next check off first, so that no other process asks about the same ones. */
async function claim(ctx: Context, now: Date): Promise<DuePayment[]> {
  const { rows } = await sql<DuePayment>`
    update payment set checks = payment.checks + 1, next_check_at = ${now}::timestamptz + case
        when due.order_state = 'held' and due.expires_at <= ${now} then interval '5 seconds'
        when due.order_state = 'held' then least(interval '15 seconds', due.expires_at - ${now}::timestamptz)
        else greatest(interval '15 seconds', least((${now}::timestamptz - due.expires_at) / 4, interval '10 minutes')) end
      from (
        select payment.event_id, payment.id, orders.state as order_state, orders.expires_at
          from payment join orders on orders.event_id = payment.event_id and orders.id = payment.order_id
         where payment.state = 'pending' and payment.next_check_at <= ${now}
         order by payment.next_check_at limit ${BATCH} for no key update of payment skip locked) as due
     where payment.event_id = due.event_id and payment.id = due.id
    returning payment.*, due.order_state, due.expires_at`.execute(ctx.db)
  return rows
}

async function check(ctx: Context, payment: DuePayment, now: Date): Promise<void> {
  const live = payment.order_state === 'held' && payment.expires_at > now
  if (live) {
    await checkPayment(ctx, payment)
    return
  }
  const overdueMs = now.getTime() - payment.expires_at.getTime()
  let found: ProviderPayment | undefined
  try {
    found = await closePayment(ctx, payment)
  } catch (error) {
    // What it may still take is refunded, or buys what is left: the places must not wait for it.
    if (overdueMs > GRACE_MS) await expire(ctx, payment)
    throw error
  }
  if (!found) await abandon(ctx, payment)
  if (!found || found.state === 'failed' || overdueMs > GRACE_MS) await expire(ctx, payment)
}

/** The provider knows nothing of it: we died before we could ask for it. */
async function abandon(ctx: Context, payment: PaymentRow): Promise<void> {
  await ctx.db
    .updateTable('payment')
    .set({ state: 'failed', settled_at: await ctx.time(ctx.db) })
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .where('state', '=', 'pending')
    .where('provider_reference', 'is', null)
    .execute()
}

async function expire(ctx: Context, payment: PaymentRow): Promise<void> {
  await inTransaction(ctx.db, async (tx) =>
    endHold(tx, { event_id: payment.event_id, id: payment.order_id }, 'expired', await ctx.time(tx)),
  )
  ctx.stock.availability.forget(payment.event_id)
}
