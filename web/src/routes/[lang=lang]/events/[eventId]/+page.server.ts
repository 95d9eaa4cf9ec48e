import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventDetails, Order, TicketTypes } from '#web/api/types.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { isLanguage } from '#web/messages/language.ts'
import { linesOf, placeOrder, replaceOrder } from '#web/tickets/placing.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { eventId } = event.params
  const [details, types, changed] = await Promise.all([
    need<EventDetails>(event, 'events', `/v1/events/${eventId}`),
    call<TicketTypes>(event, 'tickets', `/v1/events/${eventId}/ticket-types`).catch(orNothing),
    orderToChange(event),
  ])
  return {
    event: details.body,
    ended: Date.parse(details.body.endsAt) < Date.now(),
    // `null` while `tickets` is away: the event is still worth reading.
    tickets: types?.body ?? null,
    requestKey: crypto.randomUUID(),
    changed,
  }
}

export const actions: Actions = {
  order: async (event) => {
    const values = textValues(await event.request.formData())
    const language = isLanguage(event.params.lang) ? event.params.lang : 'en'
    const eventId = event.params.eventId ?? ''
    const lines = linesOf(values)
    if (lines.length === 0) {
      return refuse(400, values, [{ field: 'tickets', message: textsFor(event)('event.buy.none') }])
    }
    const { requestKey = crypto.randomUUID(), changes = '', changesKey = '' } = values
    let order: Order
    try {
      order = changes
        ? await replaceOrder(event, { id: changes, secret: changesKey }, lines, requestKey, language)
        : await placeOrder(event, eventId, lines, requestKey, language)
    } catch (error) {
      return refusalOf(event, error, values, () => 'tickets')
    }
    redirect(303, `/${language}/checkout/${order.id}?key=${encodeURIComponent(order.secret ?? '')}`)
  },
}

/** The hold whose quantities the visitor came back to change. */
async function orderToChange(event: Parameters<PageServerLoad>[0]) {
  const id = event.url.searchParams.get('order')
  const key = event.url.searchParams.get('key')
  if (!id || !key) return null
  const answer = await call<Order>(event, 'tickets', `/v1/orders/${id}`, { orderSecret: key }).catch(orNothing)
  if (answer?.body.eventId !== event.params.eventId) return null
  return {
    id,
    key,
    quantities: Object.fromEntries(answer.body.lines.map((line) => [line.ticketTypeId, line.quantity])),
  }
}

function orNothing(error: unknown): null {
  if (error instanceof ApiError) return null
  throw error
}
