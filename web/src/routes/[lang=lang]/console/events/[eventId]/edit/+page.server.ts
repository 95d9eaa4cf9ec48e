import { type Actions, fail, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventDetails } from '#web/api/types.ts'
import { changedSince, checkEvent, eventField, eventPatch, valuesOf } from '#web/events/event-form.server.ts'
import { imageOf, uploadImage } from '#web/events/image-upload.server.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '#web/forms/refusal.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ parent }) => {
  const { event } = await parent()
  const values = valuesOf({ ...event, descriptionHtml: null })
  return { values, before: JSON.stringify(values), zones: Intl.supportedValuesOf('timeZone') }
}

export const actions: Actions = {
  default: async (event) => {
    const data = await event.request.formData()
    const { before: beforeText = '{}', etag = '', ...values } = textValues(data)
    const check = checkEvent(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    const before = JSON.parse(beforeText) as Record<string, string>
    const path = `/v1/events/${event.params.eventId}`
    const patch = eventPatch(values, before)
    try {
      if (patch) await call(event, 'events', path, { method: 'PATCH', body: patch, ifMatch: etag, as: 'visitor' })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) return refusalOf(event, error, values, eventField)
      // Somebody saved meanwhile: show what they changed, keep what was typed, and let the next save win knowingly.
      const { body: theirs, etag: now } = await call<EventDetails>(event, 'events', path, { as: 'visitor' })
      const present = valuesOf(theirs)
      const conflict = { at: theirs.updatedAt, etag: now ?? '', changed: changedSince(before, present) }
      const typed = Object.fromEntries(
        Object.entries(values).filter(([field, value]) => value !== (before[field] ?? '')),
      )
      return fail(412, { values: { ...present, ...shownValues(typed) }, faults: [], conflict })
    }
    const image = imageOf(data)
    const uploaded = image ? await uploadImage(event, event.params.eventId ?? '', image) : true
    const page = `/${event.params.lang}/console/events/${event.params.eventId}`
    redirect(303, uploaded ? `${page}?saved=1` : `${page}?imageRefused=1`)
  },
}
