import { type Actions, fail, type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Order, Refund, RefundPreview } from '#web/api/types.ts'
import { textsFor } from '#web/forms/refusal.server.ts'
import { credentials, languageOf, orderLink, readOrder } from '#web/tickets/order.server.ts'
import { intentionKey } from '#web/tickets/placing.server.ts'
import { refundProblem, refundRefusal } from '#web/tickets/refund-refusal.server.ts'
import { isOffered, policyOf } from '#web/tickets/refunds.server.ts'
import type { PageServerLoad } from './$types'

/** First the exact amount for the tickets chosen, by address, so that Back and reload work; then the button. */
export const load: PageServerLoad = async (event) => {
  const order = await readOrder(event)
  const policy = await policyOf(event, order.eventId)
  if (!isOffered(policy, order)) redirect(303, orderLink(event, languageOf(event)))
  const open = order.tickets.filter((ticket) => ticket.state === 'valid' && !ticket.checkedInAt && !ticket.holder)
  const asked = event.url.searchParams.getAll('ticket')
  const only = open.length === 1 && open[0] ? [open[0].id] : []
  const ticketIds = asked.length > 0 ? asked : only
  const { secret: _secret, ...shown } = order
  return {
    order: { ...shown, tickets: [] },
    tickets: open.map(({ code: _code, ...ticket }) => ticket),
    policy,
    key: event.url.searchParams.get('key') ?? '',
    chosen: ticketIds,
    asked: event.url.searchParams.has('asked') || only.length > 0,
    ...(ticketIds.length > 0 ? await preview(event, order, ticketIds) : { preview: null, problem: null }),
  }
}

export const actions: Actions = {
  default: async (event) => {
    const data = await event.request.formData()
    const ticketIds = data.getAll('ticket').map(String).sort()
    const t = textsFor(event)
    const order = await readOrder(event)
    const seen = Number(data.get('amountMinor'))
    const now = await preview(event, order, ticketIds)
    // What was promised on the page is what is given back, or nothing happens.
    if (now.preview && now.preview.amountMinor !== seen) {
      return fail(409, { values: {}, faults: [], problem: t('refund.changed') })
    }
    try {
      await call<Refund>(event, 'tickets', `/v1/orders/${order.id}/refund-requests`, {
        method: 'POST',
        body: { ticketIds },
        // A ticket is given back once: the same tickets are the same wish for ever.
        idempotencyKey: intentionKey('refund-request', order.id, ...ticketIds),
        ...credentials(event),
      })
    } catch (error) {
      return refundRefusal(event, error)
    }
    const link = orderLink(event, languageOf(event))
    redirect(303, `${link}${link.includes('?') ? '&' : '?'}saved=1#money`)
  },
}

async function preview(
  event: RequestEvent,
  order: Order,
  ticketIds: string[],
): Promise<{ preview: RefundPreview | null; problem: string | null }> {
  try {
    const { body } = await call<RefundPreview>(event, 'tickets', `/v1/orders/${order.id}/refund-requests`, {
      method: 'POST',
      body: { ticketIds, dryRun: true },
      ...credentials(event),
    })
    return { preview: body, problem: null }
  } catch (error) {
    if (error instanceof ApiError) return { preview: null, problem: refundProblem(event, error) }
    throw error
  }
}
