import { needFile } from '#web/api/call.server.ts'
import type { RequestHandler } from './$types'

/** The proof of every consent and refusal, as long as it is. */
export const GET: RequestHandler = (event) => {
  const recipient = event.url.searchParams.get('recipient')?.trim()
  const query = { organizerId: event.params.organizerId, ...(recipient ? { recipient } : {}) }
  return needFile(event, 'notifications', '/v1/consents.csv', { query, as: 'visitor' })
}
