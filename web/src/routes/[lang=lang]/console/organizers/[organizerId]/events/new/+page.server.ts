import { type Actions, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import type { EventDetails } from '#web/api/types.ts'
import { checkEvent, eventField, newEventBody } from '#web/events/event-form.server.ts'
import { imageOf, uploadImage } from '#web/events/image-upload.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = () => ({ zones: Intl.supportedValuesOf('timeZone') })

export const actions: Actions = {
  default: async (event) => {
    const data = await event.request.formData()
    const values = textValues(data)
    const check = checkEvent(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    let created: EventDetails
    try {
      const body = newEventBody(event.params.organizerId ?? '', values)
      created = (await call<EventDetails>(event, 'events', '/v1/events', { method: 'POST', body, as: 'visitor' })).body
    } catch (error) {
      return refusalOf(event, error, values, eventField)
    }
    const page = `/${event.params.lang}/console/events/${created.id}`
    const image = imageOf(data)
    const uploaded = image ? await uploadImage(event, created.id, image) : true
    redirect(303, uploaded ? `${page}?saved=1` : `${page}?imageRefused=1`)
  },
}
