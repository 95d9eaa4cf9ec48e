import { error, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { Order, Payment, PaymentWay } from '../api/types.ts'
import { configuration } from '../config.server.ts'
import { isLanguage, type Language } from '../messages/language.ts'
import { intentionKey } from './placing.server.ts'

/** How this request may see an order: the key in its link, or the signed-in buyer. */
export function credentials(event: RequestEvent): { orderSecret: string } | { as: 'visitor' } {
  const key = event.url.searchParams.get('key')
  return key ? { orderSecret: key } : { as: 'visitor' }
}

export async function readOrder(event: RequestEvent): Promise<Order> {
  const { body } = await need<Order>(event, 'tickets', `/v1/orders/${event.params.orderId}`, credentials(event))
  return body
}

/** Asks the payment provider through `tickets`: a page never waits for a webhook. Keeps what is known if that fails. */
export async function checkPayment(event: RequestEvent, order: Order): Promise<Order> {
  if (order.state !== 'held' || order.payment?.state !== 'pending') return order
  try {
    const path = `/v1/orders/${order.id}/payment-check`
    return (await call<Order>(event, 'tickets', path, { method: 'POST', ...credentials(event) })).body
  } catch (problem) {
    if (problem instanceof ApiError) return order
    throw problem
  }
}

export async function sendBuyer(
  event: RequestEvent,
  buyer: { name: string; email: string; phone: string | null },
  consents: object[],
): Promise<Order> {
  const path = `/v1/orders/${event.params.orderId}`
  const body = { buyer, locale: languageOf(event), consents }
  return (await call<Order>(event, 'tickets', path, { method: 'PATCH', body, ...credentials(event) })).body
}

export async function extendHold(event: RequestEvent): Promise<Order> {
  const path = `/v1/orders/${event.params.orderId}/extension`
  return (await call<Order>(event, 'tickets', path, { method: 'POST', ...credentials(event) })).body
}

/**
 * Starts the payment and sends the buyer where it goes on. The key belongs to the attempt, not to the click: reload,
 * second tab and double click pay once; a new attempt starts only after the last one failed, or in another way.
 */
export async function pay(event: RequestEvent, order: Order, wished?: string): Promise<never> {
  const language = languageOf(event)
  const link = orderLink(event, language)
  const known = await checkPayment(event, order)
  if (known.state !== 'held') redirect(303, link)
  const { publicUrl } = configuration().config
  const attempt = known.payment?.state === 'failed' ? known.payment.id : 'first'
  const way = order.totalMinor === 0 ? 'free' : (wished ?? known.payment?.provider ?? (await firstWay(event, order)))
  const { body: payment } = await call<Payment>(event, 'tickets', `/v1/orders/${order.id}/payments`, {
    method: 'POST',
    body: { provider: way, returnUrl: `${publicUrl}${link}` },
    idempotencyKey: intentionKey('payment', order.id, attempt, way, language),
    ...credentials(event),
  })
  if (!payment.redirectUrl) redirect(303, link)
  redirect(303, payment.redirectUrl, { external: trustedOrigins() })
}

/** The order's page, with the key that opens it. */
export function orderLink(event: RequestEvent, language: Language, key = event.url.searchParams.get('key')): string {
  return `/${language}/orders/${event.params.orderId}${key ? `?key=${encodeURIComponent(key)}` : ''}`
}

export function languageOf(event: RequestEvent): Language {
  if (isLanguage(event.params.lang)) return event.params.lang
  error(404, 'not-found')
}

function trustedOrigins(): string[] {
  const { publicUrl, paymentOrigins } = configuration().config
  return [new URL(publicUrl).origin, ...paymentOrigins]
}

/** The ways to pay for this order; `null` while nobody can be asked. */
export async function waysToPay(event: RequestEvent, order: Order): Promise<PaymentWay[] | null> {
  if (order.totalMinor === 0) return []
  try {
    const path = `/v1/events/${order.eventId}/payment-providers`
    const query = { amountMinor: String(order.totalMinor), currency: order.currency }
    return (await call<{ items: PaymentWay[] }>(event, 'tickets', path, { query })).body.items
  } catch (problem) {
    if (problem instanceof ApiError) return null
    throw problem
  }
}

/** The first way that the organizer offers; the simulated one where the list does not come. */
async function firstWay(event: RequestEvent, order: Order): Promise<string> {
  return (await waysToPay(event, order))?.[0]?.id ?? 'simulated'
}
