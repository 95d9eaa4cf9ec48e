import { createHash } from 'node:crypto'
import type { RequestEvent } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { Order } from '../api/types.ts'
import type { Language } from '../messages/language.ts'

export interface Line {
  ticketTypeId: string
  quantity: number
}

/** The lines that a form asks for: its `quantity.<ticketTypeId>` fields above zero. */
export function linesOf(values: Record<string, string>): Line[] {
  return Object.entries(values)
    .filter(([name]) => name.startsWith('quantity.'))
    .map(([name, value]) => ({ ticketTypeId: name.slice('quantity.'.length), quantity: Number.parseInt(value, 10) }))
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => (a.ticketTypeId < b.ticketTypeId ? -1 : 1))
}

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
  lines: Line[],
  requestKey: string,
  locale: Language,
): Promise<Order> {
  const { body } = await call<Order>(event, 'tickets', '/v1/orders', {
    method: 'POST',
    body: { eventId, lines, locale },
    idempotencyKey: intentionKey(requestKey, JSON.stringify(lines)),
    as: 'visitor',
  })
  return body
}

/**
 * Changes the lines of a hold: places the new ones first, so that nothing is lost when they are not to be had. Only where
 * the new order fits into what is held already may the old one go first.
 */
export async function replaceOrder(
  event: RequestEvent,
  old: { id: string; secret: string },
  lines: Line[],
  requestKey: string,
  locale: Language,
): Promise<Order> {
  const { body: before } = await call<Order>(event, 'tickets', `/v1/orders/${old.id}`, { orderSecret: old.secret })
  const release = () =>
    call(event, 'tickets', `/v1/orders/${old.id}/cancellation`, { method: 'POST', orderSecret: old.secret })
  try {
    const order = await placeOrder(event, before.eventId, lines, requestKey, locale)
    if (before.state === 'held' && order.id !== before.id) await release()
    return order
  } catch (error) {
    const soldOut = error instanceof ApiError && error.code === 'sold-out'
    if (!soldOut || before.state !== 'held' || !fitsInto(lines, before)) throw error
    await release()
    return placeOrder(event, before.eventId, lines, requestKey, locale)
  }
}

function fitsInto(lines: Line[], order: Order): boolean {
  return lines.every(({ ticketTypeId, quantity }) => {
    const held = order.lines.find((line) => line.ticketTypeId === ticketTypeId)?.quantity ?? 0
    return quantity <= held
  })
}
