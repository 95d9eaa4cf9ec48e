import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
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
    readEvent(event),
    call<TicketTypes>(event, 'tickets', `/v1/events/${eventId}/ticket-types`).catch(noTypes),
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

/** Public; a draft is shown to members of its organizer, as a preview. */
async function readEvent(event: RequestEvent) {
  const path = `/v1/events/${event.params.eventId}`
  if (!event.locals.visitor.user) return need<EventDetails>(event, 'events', path)
  try {
    return await call<EventDetails>(event, 'events', path)
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404)
      return need<EventDetails>(event, 'events', path, { as: 'visitor' })
    throw problem
  }
}

/** An event that `tickets` has not heard of sells nothing; one that cannot be asked about is another matter. */
function noTypes(problem: unknown): { body: Pick<TicketTypes, 'items'> } | null {
  if (problem instanceof ApiError && problem.status === 404) return { body: { items: [] } }
  return orNothing(problem)
}

/** The hold whose quantities the visitor came back to change. */
async function orderToChange(event: RequestEvent) {
  const id = event.url.searchParams.get('order')
  const key = event.url.searchParams.get('key')
  if (!id || !key) return null
  const answer = await call<Order>(event, 'tickets', `/v1/orders/${id}`, { orderSecret: key }).catch(orNothing)
  if (!answer || answer.body.eventId !== event.params.eventId) return null
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
