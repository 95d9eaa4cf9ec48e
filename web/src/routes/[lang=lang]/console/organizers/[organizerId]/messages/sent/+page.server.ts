import type { Actions } from '@sveltejs/kit'
import { need } from '#web/api/call.server.ts'
import type { Delivery } from '#web/api/delivery.ts'
import type { Page } from '#web/api/types.ts'
import { actOnDelivery } from '#web/messaging/resend.server.ts'
import type { PageServerLoad } from './$types'

/** What one looks for. */
const SHOWN = ['pending', 'retrying', 'sent', 'delivered', 'bounced', 'failed', 'skipped'] as const

export const load: PageServerLoad = async (event) => {
  const state = SHOWN.find((one) => one === event.url.searchParams.get('state')) ?? ''
  const cursor = event.url.searchParams.get('cursor') ?? ''
  const query = {
    organizerId: event.params.organizerId,
    ...(state ? { state } : {}),
    ...(cursor ? { cursor } : {}),
  }
  const { body } = await need<Page<Delivery>>(event, 'notifications', '/v1/deliveries', { query, as: 'visitor' })
  return {
    deliveries: body.items,
    next: body.nextCursor,
    state,
    states: SHOWN,
    saved: event.url.searchParams.has('saved'),
  }
}

export const actions: Actions = {
  retry: (event) => actOnDelivery(event, 'retry'),
  resend: (event) => actOnDelivery(event, 'resend'),
}
