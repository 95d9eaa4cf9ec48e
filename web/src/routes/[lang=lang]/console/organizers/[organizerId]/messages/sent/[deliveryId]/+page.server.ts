import { type Actions, error, type RequestEvent } from '@sveltejs/kit'
import { need } from '#web/api/call.server.ts'
import type { Delivery, DeliveryAttempt } from '#web/api/delivery.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import { actOnDelivery } from '#web/messaging/resend.server.ts'
import type { PageServerLoad } from './$types'

/** One message: where it is, what each conversation about it ended with, and what comes next. */
export const load: PageServerLoad = async (event) => {
  const path = `/v1/deliveries/${event.params.deliveryId}`
  const [delivery, attempts, timeZone] = await Promise.all([
    read<Delivery>(event, path),
    read<{ items: DeliveryAttempt[] }>(event, `${path}/attempts`),
    zoneOf(event, event.params.organizerId),
  ])
  // Of another organizer of the same member: it is not of this page.
  if (delivery.organizerId !== event.params.organizerId) error(404)
  return { delivery, attempts: attempts.items, timeZone, saved: event.url.searchParams.has('saved') }
}

async function read<Body>(event: RequestEvent, path: string): Promise<Body> {
  return (await need<Body>(event, 'notifications', path, { as: 'visitor' })).body
}

export const actions: Actions = {
  retry: (event) => actOnDelivery(event, 'retry'),
  resend: (event) => actOnDelivery(event, 'resend'),
}
