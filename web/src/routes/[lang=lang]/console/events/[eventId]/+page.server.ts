import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Order, Page, Sales } from '#web/api/types.ts'
import { eventField } from '#web/events/event-form.server.ts'
import { refusalOf, textsFor } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const filters = { text: asked('text'), state: asked('state') }
  const base = `/v1/events/${event.params.eventId}`
  const query = { ...filters, cursor: asked('cursor'), limit: '50' }
  const [sales, orders] = await Promise.all([
    call<Sales>(event, 'tickets', `${base}/sales`, { as: 'visitor' }).catch(withheld),
    call<Page<Order>>(event, 'tickets', `${base}/orders`, { query, as: 'visitor' }).catch(withheld),
  ])
  return {
    filters,
    sales: sales && 'body' in sales ? sales.body : null,
    orders: orders && 'body' in orders ? orders.body : null,
    /** Why there are no figures: `forbidden` for a role that may not see them, `unavailable` while `tickets` is away. */
    withheld: sales && 'reason' in sales ? sales.reason : null,
    now: new Date().toISOString(),
    saved: event.url.searchParams.has('saved'),
    imageRefused: event.url.searchParams.has('imageRefused'),
  }
}

/** The event's page also shows what can be known without its sales. */
function withheld(error: unknown): { reason: 'forbidden' | 'unavailable' | 'nothing' } {
  if (!(error instanceof ApiError)) throw error
  if (error.status === 404) return { reason: 'nothing' }
  return { reason: error.status === 403 ? 'forbidden' : 'unavailable' }
}

export const actions: Actions = {
  publish: async (event) => {
    const path = `/v1/events/${event.params.eventId}/publication`
    try {
      await call(event, 'events', path, { method: 'POST', as: 'visitor' })
    } catch (error) {
      if (error instanceof ApiError && error.code === 'event-incomplete') {
        const t = textsFor(event)
        const missing = (error.problem.errors ?? []).map(({ pointer, detail }) => ({
          field: eventField(pointer),
          message: detail,
        }))
        return fail(422, { values: {}, faults: [], problem: t('console.event.incomplete'), missing })
      }
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  remove: async (event) => {
    try {
      await call(event, 'events', `/v1/events/${event.params.eventId}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `/${event.params.lang}/console`)
  },
}
