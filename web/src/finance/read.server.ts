import type { RequestEvent } from '@sveltejs/kit'
import type { User } from '../api/account.ts'
import { call } from '../api/call.server.ts'
import { ApiError } from '../api/problem.ts'
import type { EventSummary, Page, Role } from '../api/types.ts'

/** What a page can do without: `null` when the role does not allow it, or it is not there right now. */
export async function tryRead<Body>(
  event: RequestEvent,
  path: string,
  query: Record<string, string> = {},
): Promise<Body | null> {
  try {
    return (await call<Body>(event, 'tickets', path, { query, as: 'visitor' })).body
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

/** The visitor's role at an organizer; `null` for the platform's administrator, or while nobody can say. */
export async function roleAt(event: RequestEvent, organizerId: string): Promise<Role | null> {
  if (event.locals.visitor.user?.admin) return null
  try {
    const { body } = await call<User>(event, 'accounts', '/v1/users/me', { as: 'visitor' })
    return body.memberships.find((membership) => membership.organizerId === organizerId)?.role ?? null
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

/** An organizer has no time zone of its own: that of its latest event is where its books are kept. */
export async function zoneOf(event: RequestEvent, organizerId: string): Promise<string> {
  try {
    const query = { organizerId, limit: '1' }
    const { body } = await call<Page<EventSummary>>(event, 'events', '/v1/events', { query, as: 'visitor' })
    return body.items[0]?.timeZone ?? 'Europe/Paris'
  } catch (error) {
    if (error instanceof ApiError) return 'Europe/Paris'
    throw error
  }
}
