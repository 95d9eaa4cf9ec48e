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

/** Corrects the order's address; the tickets go there. */
export async function correctEmail(event: RequestEvent) {
  const values = textValues(await event.request.formData())
  const { email = '' } = values
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    return refuse(400, values, [{ field: 'email', message: textsFor(event)('fault.email') }])
  }
  try {
    const path = `/v1/orders/${event.params.orderId}/buyer-email`
    await call(event, 'tickets', path, { method: 'PUT', body: { email }, ...credentials(event) })
  } catch (problem) {
    return refusalOf(event, problem, values)
  }
  return back(event, 'corrected')
}

function back(event: RequestEvent, done: string): never {
  const link = orderLink(event, languageOf(event))
  redirect(303, `${link}${link.includes('?') ? '&' : '?'}mail=${done}#mail`)
}
