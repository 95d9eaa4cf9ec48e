import { type Actions, error, type RequestEvent, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { isEmail } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { credentials, languageOf, orderLink, readOrder } from '#web/tickets/order.server.ts'
import type { PageServerLoad } from './$types'

/** Passes one ticket of an order on to somebody else, or takes it back. */
export const load: PageServerLoad = async (event) => {
  const order = await readOrder(event)
  const position = order.tickets.findIndex(({ id }) => id === event.params.ticketId)
  const ticket = order.tickets[position]
  if (!ticket) error(404, 'not-found')
  if (ticket.state === 'void') redirect(303, orderLink(event, languageOf(event)))
  const { code: _code, ...shown } = ticket
  return {
    ticket: shown,
    position: position + 1,
    title: order.event.title,
    number: { id: order.id, number: order.number },
    begun: Date.parse(order.event.startsAt) <= Date.now(),
    link: orderLink(event, languageOf(event)),
    key: event.url.searchParams.get('key') ?? '',
  }
}

export const actions: Actions = {
  passOn: async (event) => {
    const values = textValues(await event.request.formData())
    const { name = '', email = '' } = values
    const t = textsFor(event)
    const faults = [
      ...(name ? [] : [{ field: 'name', message: t('fault.missing.name') }]),
      ...(isEmail(email) ? [] : [{ field: 'email', message: t('fault.email') }]),
    ]
    if (faults.length > 0) return refuse(400, values, faults)
    return change(event, { method: 'PUT', body: { name, email } }, 'on', values)
  },

  takeBack: (event) => change(event, { method: 'DELETE' }, 'back'),
}

async function change(
  event: RequestEvent,
  options: { method: 'PUT' | 'DELETE'; body?: object },
  done: 'on' | 'back',
  values: Record<string, string> = {},
) {
  try {
    const path = `/v1/orders/${event.params.orderId}/tickets/${event.params.ticketId}/holder`
    await call(event, 'tickets', path, { ...options, ...credentials(event) })
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 404) error(404, 'not-found')
    return refusalOf(event, problem, values)
  }
  const link = orderLink(event, languageOf(event))
  redirect(303, `${link}${link.includes('?') ? '&' : '?'}pass=${done}`)
}
