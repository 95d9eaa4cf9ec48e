import { inTransaction, sql } from '@guichet/database'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { endHold } from '../orders/end-holds.ts'
import { lockOrder } from '../orders/find-order.ts'
import { checkPayment, closePayment, pendingPayment } from '../payments/check-payment.ts'
import { addRefund } from '../refunds/add-refund.ts'
import { finishRefund } from '../refunds/finish-refund.ts'
import { lockAllotmentsOfEvent } from '../stock/allotments.ts'
import type { DifferenceKind } from './kinds.ts'
import { entriesOfOrder } from './missing-entries.ts'

export interface Subject {
  event_id: string
  subject_id: string
  order_id: string | null
}

type Repair = (ctx: Context, subject: Subject) => Promise<unknown>

/**
 * How each repairable difference is set right. Every one looks again under the locks of what it changes, so that a repetition,
 * or a repair of what has been set right meanwhile, has no effect.
 */
export const REPAIRS: Partial<Record<DifferenceKind, Repair>> = {
  'charge-unrecorded': async (ctx, subject) => checkPayment(ctx, await findPayment(ctx, subject)),
  'refund-unrecorded': async (ctx, subject) => {
    await ctx.db
      .updateTable('refund')
      .set({ state: 'pending' })
      .where('event_id', '=', subject.event_id)
      .where('id', '=', subject.subject_id)
      .where('state', '=', 'failed')
      .execute()
    await finishRefund(ctx, subject.subject_id)
  },
  'refund-overdue': (ctx, subject) => finishRefund(ctx, subject.subject_id),
  'money-stranded': promiseStranded,
  'order-refunded-differs': onOrder(setRefunded),
  'hold-overdue': endOverdueHold,
  'tickets-missing': onOrder(issueMissing),
  'stock-differs': countStockAnew,
  'ledger-missing': onOrder(async (tx, order) => postLedger(tx, await entriesOfOrder(tx, order))),
}

/** A repair inside our own books, with the order locked. */
function onOrder(repair: (tx: TicketsTx, order: OrderRow, now: Date) => Promise<unknown>): Repair {
  return (ctx, { event_id, order_id }) =>
    inTransaction(ctx.db, async (tx) => {
      if (order_id === null) throw new Error('This difference is about an order')
      await repair(tx, await lockOrder(tx, { event_id, id: order_id }), await ctx.time(tx))
    })
}

async function findPayment(ctx: Context, { event_id, subject_id }: Subject): Promise<PaymentRow> {
  return ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', event_id)
    .where('id', '=', subject_id)
    .executeTakeFirstOrThrow()
}

async function promiseStranded(ctx: Context, subject: Subject): Promise<void> {
  const refundId = await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id: subject.event_id, id: subject.order_id ?? '' })
    const { rows } = await sql<{ problem: PaymentRow['problem']; left: number; currency: string }>`
      update payment set problem = coalesce(problem, 'late-payment')
       where event_id = ${subject.event_id} and id = ${subject.subject_id}
         and (problem is not null or ${order.state} in ('expired', 'cancelled'))
      returning problem, charged_currency as currency, charged_minor - coalesce((
        select sum(amount_minor) from refund where refund.event_id = payment.event_id and payment_id = payment.id), 0)::bigint as left`.execute(
      tx,
    )
    const [money] = rows
    if (!money?.problem || money.left <= 0) return undefined
    const { problem: reason, left: amountMinor, currency } = money
    return addRefund(tx, {
      order,
      payment: { id: subject.subject_id },
      reason,
      amountMinor,
      currency,
      now: await ctx.time(tx),
    })
  })
  if (refundId) await finishRefund(ctx, refundId)
}

async function setRefunded(tx: TicketsTx, { event_id, id }: OrderRow): Promise<void> {
  await sql`
    update orders set version = version + 1, refunded_minor = (
      select coalesce(sum(refund.amount_minor), 0) from refund
        join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
       where refund.event_id = orders.event_id and refund.order_id = orders.id and payment.problem is null)
     where event_id = ${event_id} and id = ${id}`.execute(tx)
}

async function endOverdueHold(ctx: Context, { event_id, subject_id }: Subject): Promise<void> {
  const payment = await pendingPayment(ctx, { event_id, id: subject_id })
  if (payment) await closePayment(ctx, payment)
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id, id: subject_id })
    const now = await ctx.time(tx)
    if (order.state === 'held' && order.expires_at < now) await endHold(tx, order, 'expired', now)
  })
  ctx.stock.availability.forget(event_id)
}

/** Where an order lacks tickets of a line, it gets them; those of a refunded order are void from the start. */
async function issueMissing(tx: TicketsTx, order: OrderRow, now: Date): Promise<void> {
  const { rows } = await sql<{ line_number: number; ticket_type_id: string; missing: number }>`
    select line_number, ticket_type_id, quantity - (
             select count(*)::int from ticket where ticket.event_id = line.event_id and ticket.order_id = line.order_id
                and ticket.line_number = line.line_number) as missing
      from order_line line where event_id = ${order.event_id} and order_id = ${order.id}`.execute(tx)
  const state = order.state === 'confirmed' ? ('valid' as const) : ('void' as const)
  const tickets = rows.flatMap(({ line_number, ticket_type_id, missing }) =>
    Array.from({ length: Math.max(0, missing) }, () => ({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      ticket_type_id,
      line_number,
      holder_name: order.buyer_name,
      state,
      created_at: now,
    })),
  )
  if (order.confirmed_at && tickets.length > 0) await tx.insertInto('ticket').values(tickets).execute()
}

/** With all allotments of the event locked, so that no order of it moves; then what the orders draw is the truth. */
async function countStockAnew(ctx: Context, { event_id, subject_id }: Subject): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await lockAllotmentsOfEvent(tx, event_id)
    await sql`
      update allotment set held = places.held, sold = places.sold
        from (select coalesce(sum(draw.places) filter (where orders.state = 'held'), 0)::int as held,
                     coalesce(sum(draw.places) filter (where orders.state = 'confirmed'), 0)::int as sold
                from orders, unnest(allotment_ids, allotment_places) as draw (allotment_id, places)
               where orders.event_id = ${event_id} and draw.allotment_id = ${subject_id}) places
       where event_id = ${event_id} and id = ${subject_id}`.execute(tx)
  })
  ctx.stock.availability.forget(event_id)
}
