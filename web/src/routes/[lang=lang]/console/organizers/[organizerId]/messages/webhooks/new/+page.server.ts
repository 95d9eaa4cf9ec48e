import { randomUUID } from 'node:crypto'
import { type Actions, redirect } from '@sveltejs/kit'
import { call } from '#web/api/call.server.ts'
import { refusalOf, refuse, textsFor, textValues } from '#web/forms/refusal.server.ts'
import { readEndpoint } from '#web/messaging/webhook-form.server.ts'
import type { WebhookEndpoint } from '#web/messaging/webhooks.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = () => ({ key: randomUUID() })

export const actions: Actions = {
  default: async (event) => {
    const values = textValues(await event.request.formData())
    const { check, terms } = readEndpoint(values, textsFor(event))
    if (check.failed) return refuse(400, values, check.faults)
    let made: WebhookEndpoint
    try {
      const path = `/v1/organizers/${event.params.organizerId}/webhook-endpoints`
      const options = { method: 'POST', body: terms, idempotencyKey: values.key ?? '', as: 'visitor' } as const
      made = (await call<WebhookEndpoint>(event, 'notifications', path, options)).body
    } catch (error) {
      return refusalOf(event, error, values)
    }
    redirect(303, event.url.pathname.replace(/new$/, `${made.id}?made=1`))
  },
}
