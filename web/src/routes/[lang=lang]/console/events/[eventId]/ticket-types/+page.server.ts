import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { VatRate } from '#web/api/finance.ts'
import type { TicketTypes } from '#web/api/types.ts'
import { tryRead } from '#web/finance/read.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import {
  checkTicketType,
  ticketTypeBody,
  ticketTypeField,
  ticketTypeValues,
  valuesOfType,
} from '#web/tickets/ticket-type-form.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const [{ body }, parent] = await Promise.all([
    need<TicketTypes>(event, 'tickets', `/v1/events/${event.params.eventId}/ticket-types`, { as: 'visitor' }),
    event.parent(),
  ])
  const { timeZone, organizerId } = parent.event
  // Without the rates the other terms can still be changed.
  const rates = await tryRead<{ items: VatRate[] }>(event, `/v1/organizers/${organizerId}/vat-rates`)
  return {
    items: body.items.map((item) => ({ item, values: valuesOfType(item, timeZone) })),
    currency: body.items[0]?.currency ?? body.currency ?? 'EUR',
    vatRates: rates?.items ?? [],
    saved: event.url.searchParams.has('saved'),
  }
}

export const actions: Actions = {
  save: async (event) => {
    const values = ticketTypeValues(await event.request.formData())
    const { check, parsed } = checkTicketType(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    const { id, etag } = values
    try {
      if (id) {
        const { currency: _fixed, ...body } = ticketTypeBody(parsed, true)
        await call(event, 'tickets', `/v1/ticket-types/${id}`, {
          method: 'PATCH',
          body,
          ifMatch: etag ?? '',
          as: 'visitor',
        })
      } else {
        const path = `/v1/events/${event.params.eventId}/ticket-types`
        await call(event, 'tickets', path, { method: 'POST', body: ticketTypeBody(parsed, false), as: 'visitor' })
      }
    } catch (error) {
      return refusalOf(event, error, values, (pointer) => {
        const field = ticketTypeField(pointer)
        return id ? `${field}-${id}` : field
      })
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  pause: async (event) => {
    const { id, paused } = textValues(await event.request.formData())
    try {
      const body = { paused: paused === 'on' }
      await call(event, 'tickets', `/v1/ticket-types/${id}`, { method: 'PATCH', body, ifMatch: '*', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  remove: async (event) => {
    const { id } = textValues(await event.request.formData())
    try {
      await call(event, 'tickets', `/v1/ticket-types/${id}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
