import { error } from '@sveltejs/kit'
import { download } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { credentials, languageOf } from '#web/tickets/order.server.ts'
import type { RequestHandler } from './$types'

/** The order's tickets as PDF, one a page, in the page's language. */
export const GET: RequestHandler = async (event) => {
  const path = `/v1/orders/${event.params.orderId}/tickets.pdf`
  try {
    return await download(event, 'tickets', path, { query: { locale: languageOf(event) }, ...credentials(event) })
  } catch (problem) {
    if (problem instanceof ApiError) error(problem.status, problem.message)
    throw problem
  }
}
