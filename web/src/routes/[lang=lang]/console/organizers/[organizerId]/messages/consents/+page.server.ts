import { need } from '#web/api/call.server.ts'
import type { Consent } from '#web/api/preferences.ts'
import type { Page } from '#web/api/types.ts'
import type { PageServerLoad } from './$types'

/** Who agreed to what, and who refused it: the newest first, or of one address. */
export const load: PageServerLoad = async (event) => {
  const { searchParams } = event.url
  const recipient = searchParams.get('recipient')?.trim() ?? ''
  const cursor = searchParams.get('cursor') ?? ''
  const query = {
    organizerId: event.params.organizerId,
    // Shorter than an address: nothing is looked for.
    ...(recipient.length >= 3 ? { recipient } : {}),
    ...(cursor ? { cursor } : {}),
  }
  const { body } = await need<Page<Consent>>(event, 'notifications', '/v1/consents', { query, as: 'visitor' })
  return { consents: body.items, next: body.nextCursor, recipient }
}
