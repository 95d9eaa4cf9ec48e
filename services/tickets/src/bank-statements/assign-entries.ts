import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { BankEntryRow, PaymentAccountRow, TicketsTx } from '../db.ts'
import type { OrderState } from '../orders/order-state.ts'
import { isOpen, postEntries, readEntries } from './open-entries.ts'

interface Awaited {
  payment_id: string
  amount_minor: number
  currency: string
}

/** Of these nothing more is owed; to a hold that is over, money is late, and buys what is left or goes back. */
const BOUGHT: ReadonlySet<OrderState> = new Set(['confirmed', 'refunded'])

/**
 * Lets money at the bank pay the transfer of an order: one entry, or several that sum up, to the minor unit. The payment is
 * settled afterwards, by `settleEntries`. The account is locked. Repeated, it has no second effect; returns the payment.
 */
export async function assignEntries(
  tx: TicketsTx,
  account: PaymentAccountRow,
  assigned: { entryIds: readonly string[]; orderUuid: string },
  now: Date,
): Promise<string> {
  const entries = await readEntries(tx, account.id, assigned.entryIds)
  const transfers = await findTransfers(tx, account.id, assigned.orderUuid)
  const done = transfers.find(({ payment_id }) => entries.every((entry) => pays(entry, payment_id)))
  if (done) return done.payment_id
  const closed = entries.find((entry) => !isOpen(entry))
  if (closed) throw new DomainError('bank-entry-closed', { entryId: toId('bke', closed.id), outcome: closed.outcome })
  const transfer = transfers.find(({ paid_by, order_state }) => paid_by === null && !BOUGHT.has(order_state))
  if (!transfer) throw new DomainError('transfer-not-awaited')
  assertExact(transfer, entries)
  const [first, ...rest] = entries.map((entry) => entry.id)
  await close(tx, first ? [first] : [], 'paid', transfer.payment_id, now)
  await close(tx, rest, 'part', transfer.payment_id, now)
  await postEntries(tx, 'assigned', account, entries, now)
  return transfer.payment_id
}

const pays = ({ outcome, payment_id }: BankEntryRow, paymentId: string) =>
  payment_id === paymentId && (outcome === 'paid' || outcome === 'part')

/** The latest first: that is the one which still waits, if any does. */
async function findTransfers(tx: TicketsTx, accountId: string, orderUuid: string) {
  const transfers = await tx
    .selectFrom('payment')
    .innerJoin('bank_transfer', 'bank_transfer.payment_id', 'payment.id')
    .innerJoin('orders', (join) =>
      join.onRef('orders.event_id', '=', 'payment.event_id').onRef('orders.id', '=', 'payment.order_id'),
    )
    .leftJoin('bank_entry', (join) =>
      join.onRef('bank_entry.payment_id', '=', 'payment.id').on('bank_entry.outcome', '=', 'paid'),
    )
    .select([
      'bank_transfer.payment_id',
      'bank_transfer.amount_minor',
      'bank_transfer.currency',
      'bank_entry.id as paid_by',
      'orders.state as order_state',
    ])
    .where('payment.order_id', '=', orderUuid)
    .where('bank_transfer.account_id', '=', accountId)
    .orderBy('payment.id', 'desc')
    .execute()
  if (transfers.length === 0) throw new DomainError('transfer-not-awaited')
  return transfers
}

function assertExact(transfer: Awaited, entries: readonly BankEntryRow[]): void {
  const { amount_minor: expectedMinor, currency } = transfer
  const amountMinor = entries.reduce((sum, entry) => sum + entry.amount_minor, 0)
  if (amountMinor === expectedMinor && entries.every((entry) => entry.currency === currency)) return
  throw new DomainError('amount-differs', { expectedMinor, amountMinor, currency })
}

async function close(
  tx: TicketsTx,
  ids: readonly string[],
  outcome: 'paid' | 'part',
  paymentId: string,
  now: Date,
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('bank_entry')
    .set({ outcome, payment_id: paymentId, closed_at: now })
    .where('id', 'in', ids)
    .execute()
}
