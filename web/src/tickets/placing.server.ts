import { createHash } from 'node:crypto'
import type { RequestEvent } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { Order, TicketTypes } from '../api/types.ts'
import { isEmail } from '../forms/check.server.ts'
import type { Language } from '../messages/language.ts'
import type { Choice, Line } from './choice.server.ts'

/**
 * One key for one intention: the same page sending the same lines is the same order, however often it is sent; other
 * lines from that page are another order.
 */
export function intentionKey(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url')
}

/** Holds places. `requestKey` comes from the page that the visitor saw. */
export async function placeOrder(
  event: RequestEvent,
  eventId: string,
  choice: Choice,
  requestKey: string,
  locale: Language,
): Promise<Order> {
  try {
    return await send(event, eventId, choice, requestKey, locale)
  } catch (error) {
    // Who is signed in has said already who buys.
    const buyer = error instanceof ApiError && error.code === 'buyer-required' ? signedIn(event) : undefined
    if (!buyer || choice.buyer) throw error
    return send(event, eventId, { ...choice, buyer }, requestKey, locale)
  }
}

async function send(
  event: RequestEvent,
  eventId: string,
  choice: Choice,
  requestKey: string,
  locale: Language,
): Promise<Order> {
  const { body } = await call<Order>(event, 'tickets', '/v1/orders', {
    method: 'POST',
    body: { eventId, ...choice, locale },
    idempotencyKey: intentionKey(requestKey, JSON.stringify(choice)),
    as: 'visitor',
  })
  return body
}

function signedIn(event: RequestEvent): Choice['buyer'] {
  const { user } = event.locals.visitor
  return user?.name && isEmail(user.email) ? { name: user.name, email: user.email } : undefined
}

/** What the hold being changed stands in the way of itself: its places, its uses of the code, its share of a limit. */
const OWN_PLACES = new Set(['sold-out', 'promo-code-used-up', 'buyer-limit-exceeded'])

/**
 * Changes the lines of a hold: places the new ones first, so that nothing is lost when they are not to be had. Only where
 * the new order fits into what is held already may the old one go first.
 */
export async function replaceOrder(
  event: RequestEvent,
  old: { id: string; secret: string },
  choice: Choice,
  requestKey: string,
  locale: Language,
): Promise<Order> {
  const { body: before } = await call<Order>(event, 'tickets', `/v1/orders/${old.id}`, { orderSecret: old.secret })
  const release = () =>
    call(event, 'tickets', `/v1/orders/${old.id}/cancellation`, { method: 'POST', orderSecret: old.secret })
  const wish = before.buyer && !choice.buyer ? { ...choice, buyer: before.buyer } : choice
  try {
    const order = await placeOrder(event, before.eventId, wish, requestKey, locale)
    if (before.state === 'held' && order.id !== before.id) await release()
    return order
  } catch (error) {
    const inItsWay = error instanceof ApiError && OWN_PLACES.has(error.code)
    if (!inItsWay || before.state !== 'held' || !fitsInto(choice.lines, before)) throw error
    await release()
    return placeOrder(event, before.eventId, wish, requestKey, locale)
  }
}

function fitsInto(lines: Line[], order: Order): boolean {
  return lines.every(({ ticketTypeId, quantity }) => {
    const held = order.lines.find((line) => line.ticketTypeId === ticketTypeId)?.quantity ?? 0
    return quantity <= held
  })
}

/** What an order asked for, to ask for it again: its code, its buyer, and the prices that the buyer named. */
export async function choiceOf(event: RequestEvent, order: Order): Promise<Choice> {
  const path = `/v1/events/${order.eventId}/ticket-types`
  const query = { promoCode: order.promoCode ?? undefined }
  const { body: types } = await call<TicketTypes>(event, 'tickets', path, { query })
  const named = new Set(types.items.filter(({ pricing }) => pricing === 'chosen').map(({ id }) => id))
  return {
    lines: order.lines.map(({ ticketTypeId, quantity, unitPriceMinor }) =>
      named.has(ticketTypeId)
        ? { ticketTypeId, quantity, chosenPriceMinor: unitPriceMinor }
        : { ticketTypeId, quantity },
    ),
    ...(order.promoCode ? { promoCode: order.promoCode } : {}),
    ...(order.buyer ? { buyer: order.buyer } : {}),
  }
}
