import { type Actions, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import type { Organizer } from '#web/api/types.ts'
import { Check } from '#web/forms/check.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const check = new Check(values, textsFor(event))
    const name = check.required('name')
    if (values.contactEmail) check.email('contactEmail')
    if (check.failed) return refuse(400, values, check.faults)
    let organizer: Organizer
    try {
      const body = { name, ...(values.contactEmail ? { contactEmail: values.contactEmail } : {}) }
      organizer = (await call<Organizer>(event, 'accounts', '/v1/organizers', { method: 'POST', body, as: 'visitor' }))
        .body
      // The new role is in tokens from now on: the next page needs it.
      await event.locals.visitor.renew()
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, `/${event.params.lang}/console/organizers/${organizer.id}`)
  },
}
