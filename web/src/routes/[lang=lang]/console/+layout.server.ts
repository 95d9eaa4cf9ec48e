import { call, toSignIn } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import type { Organizer, Page } from '#web/api/types.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => {
  if (!event.locals.visitor.user) toSignIn(event)
  try {
    const { body } = await call<Page<Organizer>>(event, 'accounts', '/v1/organizers', { as: 'visitor' })
    return { organizers: body.items }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 401) toSignIn(event)
    // The pages of an event work without the list.
    return { organizers: null }
  }
}
