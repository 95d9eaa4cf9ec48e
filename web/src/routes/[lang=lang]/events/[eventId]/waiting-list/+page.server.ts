import { type Actions, error, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { EventDetails, TicketTypes } from '#web/api/types.ts'
import { Check, isEmail } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { languageOf } from '#web/tickets/order.server.ts'
import type { PageServerLoad } from './$types'

/** More than this at once is asked for at the organiser's. */
const CHOICES_MAX = 10

export const load: PageServerLoad = async (event) => {
  const { eventId } = event.params
  const asked = event.url.searchParams.get('type')
  const [details, types] = await Promise.all([
    need<EventDetails>(event, 'events', `/v1/events/${eventId}`),
    need<TicketTypes>(event, 'tickets', `/v1/events/${eventId}/ticket-types`),
  ])
  const type = types.body.items.find((item) => item.id === asked)
  if (!type) error(404, 'not-found')
  const least = Math.max(1, type.minPerOrder)
  const most = Math.min(type.maxPerOrder, least + CHOICES_MAX - 1)
  const email = event.locals.visitor.user?.email ?? ''
  return {
    event: details.body,
    type,
    choices: Array.from({ length: most - least + 1 }, (_, index) => least + index),
    email: isEmail(email) ? email : '',
    joined: event.url.searchParams.has('joined'),
  }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const email = check.email('email')
    if (check.failed) return refuse(400, values, check.faults)
    const ticketTypeId = event.url.searchParams.get('type') ?? ''
    const body = { ticketTypeId, email, quantity: Number(values.quantity || 1), locale: languageOf(event) }
    try {
      await call(event, 'tickets', `/v1/events/${event.params.eventId}/waiting-list`, { method: 'POST', body })
    } catch (problem) {
      return refusalOf(event, problem, values)
    }
    // The address stays out of the page's own: it is shown to whoever has the screen.
    redirect(303, `${event.url.pathname}?${new URLSearchParams({ type: ticketTypeId, joined: '1' })}`)
  },
}
