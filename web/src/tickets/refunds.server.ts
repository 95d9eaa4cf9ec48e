import type { RequestEvent } from '@sveltejs/kit'
import { type Call, call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type {
  Dispute,
  Invoice,
  Order,
  Page,
  PaymentAttempt,
  RecipientChange,
  Refund,
  RefundPolicy,
} from '../api/types.ts'

/** What a page about an order tells besides; `null` while it is not to be had, or for who may not see it. */
export interface OrderMoney {
  refunds: Refund[] | null
  invoices: Invoice[] | null
}

/** The refunds and papers of an order, for whoever may see the order. */
export async function moneyOf(event: RequestEvent, orderId: string, credentials: Call): Promise<OrderMoney> {
  const list = <Item>(what: string) => items<Item>(event, `/v1/orders/${orderId}/${what}`, credentials)
  const [refunds, invoices] = await Promise.all([list<Refund>('refunds'), list<Invoice>('invoices')])
  return { refunds, invoices }
}

/** All tries to pay for an order, for members. */
export function attemptsOf(event: RequestEvent, orderId: string): Promise<PaymentAttempt[] | null> {
  return items<PaymentAttempt>(event, `/v1/orders/${orderId}/payments`, { as: 'visitor' })
}

/** When the buyer's address was corrected, for members. */
export function correctionsOf(event: RequestEvent, orderId: string): Promise<RecipientChange[] | null> {
  return items<RecipientChange>(event, `/v1/orders/${orderId}/recipient-changes`, { as: 'visitor' })
}

/** What the buyer's bank disputes of an order, for members. */
export function disputesOf(event: RequestEvent, order: Order): Promise<Dispute[] | null> {
  const path = `/v1/organizers/${order.organizerId}/disputes`
  return items<Dispute>(event, path, { as: 'visitor', query: { orderId: order.id } })
}

/** What holds for the buyers of an event. */
export async function policyOf(event: RequestEvent, eventId: string): Promise<RefundPolicy | null> {
  return orNothing(call<RefundPolicy>(event, 'tickets', `/v1/events/${eventId}/refund-policy`).then(({ body }) => body))
}

/** Whether the buyer may still give tickets back himself. */
export function isOffered(policy: RefundPolicy | null, order: Order): boolean {
  const valid = order.tickets.some((ticket) => ticket.state === 'valid' && !ticket.checkedInAt && !ticket.holder)
  return order.state === 'confirmed' && valid && policy?.until != null && Date.parse(policy.until) > Date.now()
}

function items<Item>(event: RequestEvent, path: string, options: Call): Promise<Item[] | null> {
  return orNothing(call<Page<Item>>(event, 'tickets', path, options).then(({ body }) => body.items))
}

async function orNothing<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}
