import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Delivery, Order, Page } from '#web/api/types.ts'
import { refusalOf, textValues } from '#web/forms/refusal.server.ts'
import { intentionKey } from '#web/tickets/placing.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { body: order } = await need<Order>(event, 'tickets', `/v1/orders/${event.params.orderId}`, { as: 'visitor' })
  const { secret: _secret, tickets, ...shown } = order
  return {
    order: shown,
    tickets: tickets.map(({ code: _code, ...ticket }) => ticket),
    deliveries: await deliveriesOf(event, order),
    saved: event.url.searchParams.has('saved'),
  }
}

/** `null` while notifications is away, or for a role that may not see them. */
async function deliveriesOf(event: Parameters<PageServerLoad>[0], order: Order): Promise<Delivery[] | null> {
  try {
    const query = { orderId: order.id, organizerId: order.organizerId }
    return (await call<Page<Delivery>>(event, 'notifications', '/v1/deliveries', { query, as: 'visitor' })).body.items
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

export const actions: Actions = {
  refund: async (event) => {
    const id = event.params.orderId ?? ''
    try {
      const path = `/v1/orders/${id}/refunds`
      // The whole order can be given back once: so one key for ever.
      await call(event, 'tickets', path, {
        method: 'POST',
        body: {},
        idempotencyKey: intentionKey('refund', id),
        as: 'visitor',
      })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  retry: async (event) => {
    const { delivery = '' } = textValues(await event.request.formData())
    try {
      const path = `/v1/deliveries/${encodeURIComponent(delivery)}/retry`
      await call(event, 'notifications', path, { method: 'POST', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
