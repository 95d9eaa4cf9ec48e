import type { Static } from 'typebox'
import type { EntryPage } from '../src/waiting-list/entry-schema.ts'
import type { PublishedEvent, Tickets } from './fixture.ts'

export type Entry = Static<typeof EntryPage>['items'][number]

let senders = 0

/** Joins the waiting list as somebody who sends from an address of their own. */
export function joinAs(tickets: Tickets, eventId: string, ticketTypeId: string, email: string, more: object = {}) {
  senders += 1
  return tickets.call('POST', `/v1/events/${eventId}/waiting-list`, {
    body: { ticketTypeId, email, ...more },
    headers: { 'x-forwarded-for': `10.${(senders >> 16) & 255}.${(senders >> 8) & 255}.${senders & 255}` },
  })
}

/** The entries of an event that members see, or those of one address. */
export async function entriesOf(tickets: Tickets, event: PublishedEvent, email?: string): Promise<Entry[]> {
  const url = `/v1/events/${event.eventId}/waiting-list?limit=200`
  const { items } = (await tickets.call('GET', url, { token: event.owner })).json() as Static<typeof EntryPage>
  return email === undefined ? items : items.filter((entry) => entry.email?.toLowerCase() === email.toLowerCase())
}

/** The key to an entry, as notifications gets it. */
export async function secretOf(tickets: Tickets, entryId: string): Promise<string> {
  const token = await tickets.tokens.service('notifications', 'tickets')
  return (await tickets.call('GET', `/v1/waiting-entries/${entryId}`, { token })).json().secret
}
