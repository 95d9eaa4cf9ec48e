import { sql } from '@guichet/database'
import { addToOutbox, type OutboxEntry } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { OrderRow, RefundRow, TicketsTx } from '../db.ts'
import { issueCreditNote } from '../invoices/issue-credit-note.ts'
import { refundPaid } from '../ledger/entries.ts'
import { type LedgerAccount, postLedger } from '../ledger/post-ledger.ts'
import { announceOrder } from '../orders/announce.ts'

interface Paid {
  /** The provider's id; null where there is none. */
  reference: string | null
  account: LedgerAccount
  /** By hand: which member, and what he wrote. */
  settledBy?: string
  note?: string | undefined
}

/**
 * Money has gone back: refund, payment, ledger, message and credit note, in one transaction. The order is locked; its tickets
 * became void when the refund was promised. False when it was recorded already.
 */
export async function recordRefund(
  tx: TicketsTx,
  order: OrderRow,
  refund: RefundRow,
  paid: Paid,
  now: Date,
): Promise<boolean> {
  const recorded = await tx
    .updateTable('refund')
    .set({
      state: 'succeeded',
      settled_at: now,
      last_error: null,
      ...(paid.settledBy === undefined
        ? { provider_reference: paid.reference }
        : { settled_by: paid.settledBy, note: paid.note ?? refund.note }),
    })
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.id)
    .where('state', 'in', paid.settledBy === undefined ? ['pending'] : ['pending', 'failed'])
    .executeTakeFirst()
  if (recorded.numUpdatedRows === 0n) return false
  await closePaymentIfEmpty(tx, refund)
  const entry = refundPaid(order, refund, paid.account, now)
  if (await cameBack(tx, refund)) {
    // Said and credited the first time.
    await postLedger(tx, [{ ...entry, kind: 'manual' }])
    return true
  }
  await postLedger(tx, [entry])
  await addToOutbox(tx, announce(order, refund, await boughtTheOrder(tx, refund)))
  // Last, because its number is shared by all of the organizer.
  await issueCreditNote(tx, order, refund, now)
  return true
}

/** Whether it had been sent before, and the provider had it back. */
async function cameBack(tx: TicketsTx, refund: RefundRow): Promise<boolean> {
  const { rows } = await sql`
    select from ledger_transaction where source_id = ${refund.id} and kind = 'refund-failed'`.execute(tx)
  return rows.length > 0
}

/** `refunded` is a payment of which nothing is left. */
async function closePaymentIfEmpty(tx: TicketsTx, refund: RefundRow): Promise<void> {
  await sql`
    update payment set state = 'refunded'
     where event_id = ${refund.event_id} and id = ${refund.payment_id} and state = 'succeeded'
       and (charged_minor > 0 or ${refund.ends_order})
       and charged_minor <= (select sum(amount_minor) from refund
                              where event_id = payment.event_id and payment_id = payment.id and state = 'succeeded')`.execute(
    tx,
  )
}

async function boughtTheOrder(tx: TicketsTx, refund: RefundRow): Promise<boolean> {
  const payment = await tx
    .selectFrom('payment')
    .select('problem')
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  return payment.problem === null
}

/** Ids alone: who writes to the buyer asks for the refund, and gets its present state. */
function announce(order: OrderRow, refund: RefundRow, own: boolean): OutboxEntry {
  if (own && refund.ends_order) {
    return announceOrder('tickets.order-refunded.v1', order, {
      reason: refund.reason,
      refundId: toId('rfd', refund.id),
    })
  }
  const refundId = toId('rfd', refund.id)
  const data = {
    refundId,
    ...(own ? {} : { paymentId: toId('pay', refund.payment_id) }),
    orderId: toId('ord', order.id),
    eventId: toId('evt', order.event_id),
    organizerId: toId('org', order.organizer_id),
    reason: refund.reason,
  }
  const type = own ? 'tickets.order-partially-refunded.v1' : 'tickets.payment-refunded.v1'
  return { type, subject: data.orderId, data }
}
