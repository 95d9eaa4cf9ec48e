import { need } from '#web/api/call.server.ts'
import type { EventSummary, Page } from '#web/api/types.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const filters = { text: asked('text'), status: asked('status') }
  const { body } = await need<Page<EventSummary>>(event, 'events', '/v1/events', {
    query: { organizerId: event.params.organizerId, ...filters, cursor: asked('cursor'), limit: '50' },
    as: 'visitor',
  })
  return { filters, events: body.items, nextCursor: body.nextCursor }
}
