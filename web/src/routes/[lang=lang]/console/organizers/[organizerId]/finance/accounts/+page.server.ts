import { need } from '#web/api/call.server.ts'
import type { PaymentAccount } from '#web/api/finance.ts'
import { configuration } from '#web/config.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}/payment-accounts`
  const { body } = await need<{ items: PaymentAccount[] }>(event, 'tickets', path, { as: 'visitor' })
  return {
    accounts: body.items,
    /** Whether this platform lets people rehearse with simulated money. */
    rehearsal: configuration().config.sandbox.payments !== null,
    removed: event.url.searchParams.has('removed'),
  }
}
