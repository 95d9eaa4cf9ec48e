import { type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { Order } from '../api/types.ts'
import { refusalOf, refuse, textsFor, textValues } from '../forms/refusal.server.ts'
import { credentials, languageOf, orderLink } from './order.server.ts'

/** The latest mail with an order's tickets; null while nothing is known of it, as for buyers without the order's key. */
export async function ticketMailOf(event: RequestEvent, order: Order): Promise<{ state: string } | null> {
  const key = credentials(event)
  if (!('orderSecret' in key) || order.state !== 'confirmed') return null
  try {
    const path = `/v1/orders/${order.id}/messages`
    const { body } = await call<{ items: { kind: string; channel: string; state: string }[] }>(
      event,
      'notifications',
      path,
      key,
    )
    const mail = body.items.find(({ kind, channel }) => kind === 'order-confirmation' && channel === 'email')
    return mail ? { state: mail.state } : null
  } catch (problem) {
    if (problem instanceof ApiError) return null
    throw problem
  }
}

/** Asks for the tickets by mail once more. */
export async function sendAgain(event: RequestEvent) {
  try {
    const path = `/v1/orders/${event.params.orderId}/confirmation`
    await call(event, 'notifications', path, { method: 'POST', ...credentials(event) })
  } catch (problem) {
    return refusalOf(event, problem, {})
  }
  return back(event, 'again')
}

/**
 * Corrects the order's address; the tickets go there. The key of this page is worth nothing from then on, so the page goes on
 * with the one that came with the answer.
 */
export async function correctEmail(event: RequestEvent) {
  const values = textValues(await event.request.formData())
  const { email = '' } = values
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    return refuse(400, values, [{ field: 'email', message: textsFor(event)('fault.email') }])
  }
  try {
    const path = `/v1/orders/${event.params.orderId}/buyer-email`
    // The page's own: when the answer is lost, who sends the form again has only the old key.
    const idempotencyKey = values.requestKey?.slice(0, 100) || undefined
    const key = credentials(event)
    const { body } = await call<Order>(event, 'tickets', path, {
      method: 'PUT',
      body: { email },
      ...(idempotencyKey ? { idempotencyKey } : {}),
      ...key,
    })
    return back(event, 'corrected', 'orderSecret' in key ? body.secret : undefined)
  } catch (problem) {
    return refusalOf(event, problem, values)
  }
}

function back(event: RequestEvent, done: string, key?: string): never {
  const link = orderLink(event, languageOf(event), key)
  redirect(303, `${link}${link.includes('?') ? '&' : '?'}mail=${done}#mail`)
}
