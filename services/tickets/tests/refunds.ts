import { hold, type PublishedEvent } from './fixture.ts'
import type { Shop } from './shop.ts'

export interface BoughtOrder {
  id: string
  secret: string
  tickets: { id: string; ticketTypeId: string; code: string }[]
}

interface Where {
  event?: PublishedEvent
  type?: string
  /** More of the order's body. */
  more?: object
}

/** An order that somebody has paid for, as it is then. */
export async function bought(shop: Shop, quantity = 1, where: Where = {}): Promise<BoughtOrder> {
  const event = where.event ?? shop.event
  const order = await hold(shop.tickets, event.eventId, where.type ?? shop.typeId, quantity, where.more)
  await shop.payments.act(await shop.payPage(order), 'pay')
  await shop.call(order, 'payment-check')
  const { tickets } = await shop.read(order)
  return { id: order.id, secret: order.secret, tickets }
}

/** A member asks for a refund. */
export async function refunds(
  shop: Shop,
  order: { id: string },
  body: object,
  token = shop.event.owner,
  headers?: Record<string, string>,
) {
  return shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token, body, ...(headers ? { headers } : {}) })
}
