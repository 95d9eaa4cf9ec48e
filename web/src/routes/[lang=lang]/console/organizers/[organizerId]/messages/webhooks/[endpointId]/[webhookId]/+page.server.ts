import { type Actions, type RequestEvent, redirect } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import { refusalOf } from '#web/forms/refusal.server.ts'
import type { WebhookDetail } from '#web/messaging/webhooks.ts'
import type { PageServerLoad } from './$types'

const pathOf = (event: RequestEvent) => `/v1/webhook-deliveries/${event.params.webhookId}`

export const load: PageServerLoad = async (event) => {
  const [{ body }, timeZone] = await Promise.all([
    need<WebhookDetail>(event, 'notifications', pathOf(event), { as: 'visitor' }),
    zoneOf(event, event.params.organizerId),
  ])
  return { webhook: body, timeZone, replayed: event.url.searchParams.has('replayed') }
}

export const actions: Actions = {
  default: async (event) => {
    try {
      await call(event, 'notifications', `${pathOf(event)}/replay`, { method: 'POST', body: {}, as: 'visitor' })
    } catch (error) {
      return refusalOf(event, error, {})
    }
    redirect(303, `${event.url.pathname}?replayed=1`)
  },
}
