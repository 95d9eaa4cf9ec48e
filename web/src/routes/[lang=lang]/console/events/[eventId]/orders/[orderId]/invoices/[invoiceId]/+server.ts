import { error } from '@sveltejs/kit'
import { download } from '#web/api/call.server.ts'
import { ApiError } from '#web/api/problem.ts'
import { languageOf } from '#web/tickets/order.server.ts'
import type { RequestHandler } from './$types'

/** An invoice or credit note as PDF, for a member. */
export const GET: RequestHandler = async (event) => {
  const path = `/v1/invoices/${event.params.invoiceId}/pdf`
  try {
    return await download(event, 'tickets', path, { query: { locale: languageOf(event) }, as: 'visitor' })
  } catch (problem) {
    if (problem instanceof ApiError) error(problem.status, problem.message)
    throw problem
  }
}
