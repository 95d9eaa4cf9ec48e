import { createHash } from 'node:crypto'
import type { RequestEvent } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError, type ProblemDocument } from '../api/problem.ts'
import type { Order, OrderLine, TicketTypes } from '../api/types.ts'
import { isEmail } from '../forms/check.server.ts'
import type { Language } from '../messages/language.ts'
import type { Choice } from './choice.server.ts'

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

/**
 * Changes the lines of a hold: places the new ones first, so that nothing is lost when they are not to be had. Only where
 * the hold itself is all that stands in the way does it go first.
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
    if (!(error instanceof ApiError) || before.state !== 'held' || !isInItsOwnWay(error.problem, before)) throw error
    await release()
    return placeOrder(event, before.eventId, wish, requestKey, locale)
  }
}

/** True when what was refused is to be had once this hold has given back what it has. */
function isInItsOwnWay({ code, ticketTypeId, ...facts }: ProblemDocument, { lines }: Order): boolean {
  const held = (concerned: (line: OrderLine) => boolean) =>
    lines.filter(concerned).reduce((sum, { quantity }) => sum + quantity, 0)
  const ofType = held((line) => line.ticketTypeId === ticketTypeId)
  const wanted = Number(facts.quantity)
  switch (code) {
    // Where people wait, what is given back is theirs.
    case 'sold-out':
      return !facts.waitingList && wanted <= Number(facts.remaining) + ofType
    case 'buyer-limit-exceeded':
      return Number(facts.already) - ofType + wanted <= Number(facts.maxPerBuyer)
    case 'promo-code-used-up':
      return wanted <= Number(facts.remaining) + held(({ fullPriceMinor }) => fullPriceMinor != null)
    default:
      return false
  }
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
