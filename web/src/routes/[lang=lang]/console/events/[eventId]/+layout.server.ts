import { need } from '#web/api/call.server.ts'
import type { EventDetails } from '#web/api/types.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => {
  const { body, etag } = await need<EventDetails>(event, 'events', `/v1/events/${event.params.eventId}`, {
    as: 'visitor',
  })
  const { descriptionHtml: _html, ...details } = body
  return { event: details, etag: etag ?? `"v${body.version}"`, organizerId: body.organizerId }
}
