import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Page, PromoCode, TicketTypes } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { checkPromoCode, promoCodeField, promoCodeValues } from '#web/tickets/promo-code-form.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  event.depends('console:sales')
  const base = `/v1/events/${event.params.eventId}`
  const query = { cursor: event.url.searchParams.get('cursor') ?? '', limit: '50' }
  const [{ body: codes }, { body: types }] = await Promise.all([
    need<Page<PromoCode>>(event, 'tickets', `${base}/promo-codes`, { query, as: 'visitor' }),
    need<TicketTypes>(event, 'tickets', `${base}/ticket-types`, { as: 'visitor' }),
  ])
  return {
    codes,
    types: types.items.map(({ id, name, hidden }) => ({ id, name, hidden })),
    currency: types.currency ?? 'EUR',
    /** Where the shop takes a code. */
    shop: `${event.url.origin}/${event.params.lang}/events/${event.params.eventId}?code=`,
    now: new Date().toISOString(),
    saved: event.url.searchParams.has('saved'),
    made: event.url.searchParams.get('made'),
  }
}

export const actions: Actions = {
  create: async (event) => {
    const values = promoCodeValues(await event.request.formData())
    const { check, body } = checkPromoCode(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    let made: PromoCode
    try {
      const path = `/v1/events/${event.params.eventId}/promo-codes`
      made = (await call<PromoCode>(event, 'tickets', path, { method: 'POST', body, as: 'visitor' })).body
    } catch (error) {
      return refusalOf(event, error, values, promoCodeField)
    }
    redirect(303, `${event.url.pathname}?made=${encodeURIComponent(made.code)}`)
  },

  change: async (event) => {
    const values = textValues(await event.request.formData())
    const { id = '', etag = '*', active, usesMax } = values
    const check = new Check(values, textsFor(event))
    const uses = usesMax ? Number(usesMax) : null
    if (uses !== null && (!Number.isInteger(uses) || uses < 0))
      check.refuse(`usesMax-${id}`, textsFor(event)('fault.whole', { least: 0 }))
    if (check.failed) return refuse(400, values, check.faults)
    const body = active === undefined ? { usesMax: uses } : { active: active === 'on' }
    // A switch means the same whatever else was changed meanwhile.
    const ifMatch = active === undefined ? etag : '*'
    try {
      await call(event, 'tickets', `/v1/promo-codes/${id}`, { method: 'PATCH', body, ifMatch, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values, (pointer) => `${promoCodeField(pointer)}-${id}`)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },

  remove: async (event) => {
    const { id } = textValues(await event.request.formData())
    try {
      await call(event, 'tickets', `/v1/promo-codes/${id}`, { method: 'DELETE', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
