import type { OrderRow, TicketsTx } from '../db.ts'
import { readBooks } from './order-books.ts'
import { planRefund, type RefundPlan, type RefundWish } from './plan-refund.ts'
import { promiseRefunds, type RefundCause } from './promise-refunds.ts'

/**
 * Promises a refund of an order, which is locked.
 * @returns the refund's id
 * @throws DomainError why it cannot be
 */
export async function refundOrder(
  tx: TicketsTx,
  order: OrderRow,
  wish: RefundWish,
  cause: RefundCause,
  now: Date,
): Promise<string> {
  const [books] = await readBooks(tx, [order], { lock: true })
  if (!books) throw new Error('One order has one set of books')
  const [id] = await promiseRefunds(tx, [{ books, plan: planRefund(books, wish) }], cause, now)
  if (!id) throw new Error('One plan makes one refund')
  return id
}

/** What a refund would give back now, to the minor unit; nothing is locked or promised. */
export async function previewRefund(tx: TicketsTx, order: OrderRow, wish: RefundWish): Promise<RefundPlan> {
  const [books] = await readBooks(tx, [order], { lock: false })
  if (!books) throw new Error('One order has one set of books')
  return planRefund(books, wish)
}
