import { needFile } from '#web/api/call.server.ts'
import type { RequestHandler } from './$types'

/** The paper as PDF, in its buyer's language. */
export const GET: RequestHandler = (event) =>
  needFile(event, 'tickets', `/v1/invoices/${event.params.invoiceId}/pdf`, { as: 'visitor' })
