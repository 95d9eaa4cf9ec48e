import type { HeldTicket } from '#web/api/types.ts'
import { readHeldTicket } from '#web/tickets/held-ticket.server.ts'
import { drawQr } from '#web/tickets/qr.server.ts'
import type { PageServerLoad } from './$types'

type Standing = 'valid' | 'used' | 'void' | 'cancelled'

function standingOf({ event, state, checkedInAt }: Omit<HeldTicket, 'code'>): Standing {
  if (event.status === 'cancelled') return 'cancelled'
  if (state === 'void') return 'void'
  return checkedInAt ? 'used' : 'valid'
}

/** A ticket that was passed on, for its holder: that one alone. */
export const load: PageServerLoad = async (event) => {
  const { code, ...ticket } = await readHeldTicket(event)
  return { ticket, standing: standingOf(ticket), drawing: drawQr(code), key: event.url.searchParams.get('key') ?? '' }
}
