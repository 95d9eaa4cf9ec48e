import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventSummary, Page } from '#web/api/types.ts'
import { roleAt } from '#web/finance/read.server.ts'
import type { BulkMessage } from '#web/messaging/bulk.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { organizerId } = event.params
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const query = { organizerId, eventId: asked('event'), cursor: asked('cursor'), limit: '50' }
  const [messages, events, role] = await Promise.all([
    need<Page<BulkMessage>>(event, 'notifications', '/v1/bulk-messages', { query, as: 'visitor' }),
    eventsOf(event, organizerId),
    roleAt(event, organizerId),
  ])
  return {
    messages: messages.body,
    events: events.map(({ id, title, startsAt, timeZone, status }) => ({ id, title, startsAt, timeZone, status })),
    eventId: asked('event'),
    mayWrite: role === null || role === 'owner' || role === 'manager',
  }
}

/** Their titles; the page can do without them. */
async function eventsOf(event: Parameters<PageServerLoad>[0], organizerId: string): Promise<EventSummary[]> {
  try {
    const query = { organizerId, limit: '100' }
    return (await call<Page<EventSummary>>(event, 'events', '/v1/events', { query, as: 'visitor' })).body.items
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}
