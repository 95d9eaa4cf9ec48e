import { need } from '#web/api/call.server.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import type { WebhookEndpoint } from '#web/messaging/webhooks.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}/webhook-endpoints`
  const [{ body }, timeZone] = await Promise.all([
    need<{ items: WebhookEndpoint[] }>(event, 'notifications', path, { as: 'visitor' }),
    zoneOf(event, event.params.organizerId),
  ])
  return { endpoints: body.items, timeZone, removed: event.url.searchParams.has('removed') }
}
