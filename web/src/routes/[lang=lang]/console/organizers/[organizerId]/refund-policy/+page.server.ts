import { type Actions, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import type { RefundPolicy } from '#web/api/types.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { policyField, readPolicy } from '#web/tickets/policy-form.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}/refund-policy`
  const { body, etag } = await need<RefundPolicy>(event, 'tickets', path, { as: 'visitor' })
  return { policy: body, etag: etag ?? `"v${body.version}"`, saved: event.url.searchParams.has('saved') }
}

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const { check, body } = readPolicy(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    try {
      const path = `/v1/organizers/${event.params.organizerId}/refund-policy`
      await call(event, 'tickets', path, { method: 'PUT', body, ifMatch: values.etag ?? '*', as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, values, policyField)
    }
    redirect(303, `${event.url.pathname}?saved=1`)
  },
}
