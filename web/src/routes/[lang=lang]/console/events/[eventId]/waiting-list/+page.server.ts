import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { TicketTypes, WaitingEntries } from '#web/api/types.ts'
import { refusalOf, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

const STATES = ['waiting', 'offered', 'left']

export const load: PageServerLoad = async (event) => {
  const base = `/v1/events/${event.params.eventId}`
  const asked = event.url.searchParams.get('state') ?? 'waiting'
  const state = STATES.includes(asked) ? asked : ''
  const query = { state, cursor: event.url.searchParams.get('cursor') ?? '', limit: '50' }
  const [list, types] = await Promise.all([
    need<WaitingEntries>(event, 'tickets', `${base}/waiting-list`, { query, as: 'visitor' }),
    need<TicketTypes>(event, 'tickets', `${base}/ticket-types`, { as: 'visitor' }),
  ])
  return {
    list: list.body,
    state,
    names: Object.fromEntries(types.body.items.map(({ id, name }) => [id, name])),
    saved: event.url.searchParams.has('saved'),
  }
}

export const actions: Actions = {
  remove: async (event) => {
    const { entryId = '' } = textValues(await event.request.formData())
    try {
      await call(event, 'tickets', `/v1/waiting-entries/${entryId}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
