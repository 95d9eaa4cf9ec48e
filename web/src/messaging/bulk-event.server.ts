import type { RequestEvent } from '@sveltejs/kit'
import { call, need } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { EventDetails, TicketTypes } from '#web/api/types.ts'

/** The event that a message is about, and what its tickets are called; without these where tickets is away. */
export async function eventOfMessage(event: RequestEvent, eventId: string) {
  const [about, types] = await Promise.all([
    need<EventDetails>(event, 'events', `/v1/events/${eventId}`, { as: 'visitor' }),
    call<TicketTypes>(event, 'tickets', `/v1/events/${eventId}/ticket-types`, { as: 'visitor' }).catch((error) => {
      if (error instanceof ApiError) return null
      throw error
    }),
  ])
  const { id, title, timeZone, status } = about.body
  return {
    about: { id, title, timeZone, status },
    types: (types?.body.items ?? []).map(({ id, name }) => ({ id, name })),
  }
}
