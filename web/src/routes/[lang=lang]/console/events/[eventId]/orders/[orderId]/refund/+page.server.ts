import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Order, RefundPreview } from '#web/api/types.ts'
import { textsFor, textValues } from '#web/forms/refusal.server.ts'
import { intentionKey } from '#web/tickets/placing.server.ts'
import { type RefundWish, readWish, refundWayOf } from '#web/tickets/refund-form.server.ts'
import { refundProblem, refundRefusal } from '#web/tickets/refund-refusal.server.ts'
import type { PageServerLoad } from './$types'

/** What to give back is in the page's address; the exact amounts come before the button that does it. */
export const load: PageServerLoad = async (event) => {
  const order = await readOrder(event)
  const { searchParams } = event.url
  const way = refundWayOf(searchParams.get('by'), order)
  const { wish, fault = null } = readWish(searchParams, way, order, textsFor(event))
  const { secret: _secret, tickets, ...shown } = order
  return {
    order: shown,
    tickets: tickets.map(({ code: _code, ...ticket }) => ticket),
    way,
    fault,
    chosen: searchParams.getAll('ticket'),
    quantities: Object.fromEntries([...searchParams].filter(([name]) => name.startsWith('quantity.'))),
    amount: searchParams.get('amount') ?? '',
    force: searchParams.has('force'),
    requestKey: crypto.randomUUID(),
    ...(wish ? await preview(event, order.id, wish) : { preview: null, problem: null }),
  }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const order = await readOrder(event)
    const { searchParams } = event.url
    const { wish } = readWish(searchParams, refundWayOf(searchParams.get('by'), order), order, textsFor(event))
    if (!wish) redirect(303, event.url.pathname)
    const now = await preview(event, order.id, wish)
    // What the page said is what is given back, or nothing happens.
    if (now.preview && now.preview.amountMinor !== Number(values.amountMinor)) {
      return fail(409, { values, faults: [], problem: textsFor(event)('refund.changed') })
    }
    try {
      await call(event, 'tickets', `/v1/orders/${order.id}/refunds`, {
        method: 'POST',
        body: { ...wish, ...(values.note ? { note: values.note } : {}) },
        idempotencyKey: intentionKey('console-refund', order.id, values.requestKey ?? ''),
        as: 'visitor',
      })
    } catch (error) {
      return refundRefusal(event, error, values)
    }
    redirect(303, `/${event.params.lang}/console/events/${event.params.eventId}/orders/${order.id}?saved=1#story`)
  },
}

async function readOrder(event: RequestEvent): Promise<Order> {
  return (await need<Order>(event, 'tickets', `/v1/orders/${event.params.orderId}`, { as: 'visitor' })).body
}

async function preview(
  event: RequestEvent,
  orderId: string,
  wish: RefundWish,
): Promise<{ preview: RefundPreview | null; problem: string | null }> {
  try {
    const path = `/v1/orders/${orderId}/refunds`
    const body = { ...wish, dryRun: true }
    return {
      preview: (await call<RefundPreview>(event, 'tickets', path, { method: 'POST', body, as: 'visitor' })).body,
      problem: null,
    }
  } catch (error) {
    if (error instanceof ApiError) return { preview: null, problem: refundProblem(event, error) }
    throw error
  }
}
