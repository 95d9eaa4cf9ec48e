import { needFile } from '#web/api/call.server.ts'
import { askedLedger } from '#web/finance/ledger-filter.server.ts'
import { zoneOf } from '#web/finance/read.server.ts'
import type { RequestHandler } from './$types'

/** What the page shows, as long as it is. */
export const GET: RequestHandler = async (event) => {
  const { organizerId } = event.params
  const { query } = askedLedger(event.url, await zoneOf(event, organizerId))
  return needFile(event, 'tickets', `/v1/organizers/${organizerId}/ledger.csv`, { query, as: 'visitor' })
}
