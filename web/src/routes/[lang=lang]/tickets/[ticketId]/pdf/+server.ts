import { error } from '@sveltejs/kit'
import { download } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { holderKey } from '#web/tickets/held-ticket.server.ts'
import { languageOf } from '#web/tickets/order.server.ts'
import type { RequestHandler } from './$types'

/** The ticket as PDF, in the page's language. */
export const GET: RequestHandler = async (event) => {
  const path = `/v1/tickets/${event.params.ticketId}/ticket.pdf`
  try {
    return await download(event, 'tickets', path, { query: { locale: languageOf(event) }, ...holderKey(event) })
  } catch (problem) {
    if (problem instanceof ApiError) error(problem.status, problem.message)
    throw problem
  }
}
