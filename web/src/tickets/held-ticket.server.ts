import type { RequestEvent } from '@sveltejs/kit'
import { need } from '../api/call.server.ts'
import type { HeldTicket } from '../api/types.ts'

/** How a ticket's holder may see it: by the key in the link. */
export function holderKey(event: RequestEvent): { ticketSecret: string } {
  return { ticketSecret: event.url.searchParams.get('key') ?? '' }
}

export async function readHeldTicket(event: RequestEvent): Promise<HeldTicket> {
  const path = `/v1/tickets/${event.params.ticketId}`
  return (await need<HeldTicket>(event, 'tickets', path, holderKey(event))).body
}
