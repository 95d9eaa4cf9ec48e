import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { Organizer } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}`
  const { body, etag } = await need<Organizer>(event, 'accounts', path, { as: 'visitor' })
  return { settings: body, etag: etag ?? '*', saved: event.url.searchParams.has('saved') }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const name = check.required('name')
    if (values.contactEmail) check.email('contactEmail')
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const path = `/v1/organizers/${event.params.organizerId}`
      const body = { name, ...(values.contactEmail ? { contactEmail: values.contactEmail } : {}) }
      await call(event, 'accounts', path, { method: 'PATCH', body, ifMatch: values.etag ?? '*', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
