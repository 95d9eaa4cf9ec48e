import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Allotment, TicketTypes } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const base = `/v1/events/${event.params.eventId}`
  const [{ body: pools }, { body: types }] = await Promise.all([
    need<{ items: Allotment[] }>(event, 'tickets', `${base}/allotments`, { as: 'visitor' }),
    need<TicketTypes>(event, 'tickets', `${base}/ticket-types`, { as: 'visitor' }),
  ])
  return {
    pools: pools.items,
    types: types.items.map(({ id, name }) => ({ id, name })),
    saved: event.url.searchParams.has('saved'),
  }
}

/** What one of the page's forms says; the inputs of an existing limit have its id in theirs. */
async function read(event: RequestEvent) {
  const data = await event.request.formData()
  const values = { ...textValues(data), ticketTypeIds: data.getAll('ticketTypeIds').join(' ') }
  const { id, kind, etag, capacity, 'name.en': en, 'name.fr': fr } = values as Record<string, string>
  const t = textsFor(event)
  const check = new Check(values, t)
  const inputOf = (field: string) => (id ? `${field}-${id}` : `${field}-${kind}`)
  const places = Number(capacity || Number.NaN)
  if (!Number.isInteger(places) || places < 0) check.refuse(inputOf('capacity'), t('fault.whole', { least: 0 }))
  const ticketTypeIds = values.ticketTypeIds.split(' ').filter(Boolean)
  if (kind === 'shared' && ticketTypeIds.length === 0)
    check.refuse(inputOf('ticketTypeIds'), t('console.capacity.typesMissing'))
  const name = en || fr ? { ...(en ? { en } : {}), ...(fr ? { fr } : {}) } : null
  const body = { capacity: places, ...(kind === 'shared' ? { name, ticketTypeIds } : {}) }
  return { values, check, id, kind, etag, body, field: (pointer: string) => inputOf(fieldOf(pointer)) }
}

function fieldOf(pointer: string): string {
  const [, first = '', second] = pointer.split('/')
  return first === 'name' ? `name.${second ?? 'en'}` : first
}

export const actions: Actions = {
  save: async (event) => {
    const { values, check, id, kind, etag, body, field } = await read(event)
    if (check.failed) return refuse(400, values, check.faults)
    try {
      if (id) {
        const path = `/v1/allotments/${id}`
        await call(event, 'tickets', path, { method: 'PATCH', body, ifMatch: etag ?? '', as: 'visitor' })
      } else {
        const path = `/v1/events/${event.params.eventId}/allotments`
        await call(event, 'tickets', path, { method: 'POST', body: { kind, ...body }, as: 'visitor' })
      }
    } catch (error) {
      return refusalOf(event, error, values, field)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  remove: async (event) => {
    const { id } = textValues(await event.request.formData())
    try {
      await call(event, 'tickets', `/v1/allotments/${id}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
