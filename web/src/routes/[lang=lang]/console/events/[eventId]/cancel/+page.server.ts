import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Sales } from '#web/api/types.ts'
import { refusalOf, shownValues, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

/** What cancelling will do, in numbers, before it is done. */
export const load: PageServerLoad = async (event) => {
  try {
    const path = `/v1/events/${event.params.eventId}/sales`
    return { sales: (await call<Sales>(event, 'tickets', path, { as: 'visitor' })).body }
  } catch (error) {
    if (error instanceof ApiError) return { sales: null }
    throw error
  }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    if (values.sure !== 'on') {
      const faults = [{ field: 'sure', message: textsFor(event)('console.cancel.sureMissing') }]
      return fail(400, { values: shownValues(values), faults })
    }
    const en = values['reason.en']
    const fr = values['reason.fr']
    const body = en || fr ? { reason: { ...(en ? { en } : {}), ...(fr ? { fr } : {}) } } : {}
    try {
      await call(event, 'events', `/v1/events/${event.params.eventId}/cancellation`, {
        method: 'POST',
        body,
        as: 'visitor',
      })
    } catch (error) {
      return refusalOf(event, error, values, (pointer) => pointer.replace(/^\/reason\//, 'reason.').replace(/^\//, ''))
    }
    redirect(303, `/${event.params.lang}/console/events/${event.params.eventId}?saved=1`)
  },
}
