import type { Language } from '@guichet/problem'
import { parseId, toId } from '@guichet/server'
import { ask } from '../content/ask.ts'
import { languageOfLocale } from '../content/localised.ts'
import type { Context } from '../context.ts'
import type { Segment } from './tables.ts'

/** An event's buyers of one segment, and those whom they passed tickets on to. Ids are UUIDs. */
export interface Audience {
  organizerId: string
  eventId: string
  segment: Segment
}

export interface AudienceMember {
  orderId: string
  /** The ticket that was passed on to them; null for the order's buyer. */
  ticketId: string | null
  email: string
  language: Language
}

export interface AudiencePage {
  members: AudienceMember[]
  nextCursor: string | null
}

interface PageAnswer {
  items: { orderId: string; ticketId?: string | null; email: string; locale: string }[]
  nextCursor: string | null
}

interface CountAnswer {
  orders: number
  recipients: number
  byLocale: { en: number; fr: number }
}

/** tickets of before it listed holders passes it over (RFC 7240). */
const WITH_HOLDERS = { headers: { prefer: 'holders' } }

/** A page of it, asked from tickets: an address comes once for each of its orders and of the tickets passed on to it. */
export async function fetchAudience(
  ctx: Context,
  audience: Audience,
  page: { cursor?: string | null; limit: number },
): Promise<AudiencePage> {
  const query = queryOf(audience)
  query.set('limit', String(page.limit))
  if (page.cursor) query.set('cursor', page.cursor)
  const answer = (await ask(
    ctx.tickets,
    ctx.outages,
    'tickets',
    pathOf(audience, 'audience', query),
    WITH_HOLDERS,
  )) as PageAnswer
  return {
    members: answer.items.flatMap(({ orderId, ticketId, email, locale }) => {
      const uuid = parseId('ord', orderId)
      const ticketUuid = ticketId ? parseId('tkt', ticketId) : null
      if (!uuid || ticketUuid === undefined) return []
      return [{ orderId: uuid, ticketId: ticketUuid, email, language: languageOfLocale(locale) }]
    }),
    nextCursor: answer.nextCursor,
  }
}

/** How many different addresses it has. */
export async function fetchAudienceCount(ctx: Context, audience: Audience): Promise<CountAnswer> {
  const path = pathOf(audience, 'audience-count', queryOf(audience))
  return (await ask(ctx.tickets, ctx.outages, 'tickets', path, WITH_HOLDERS)) as CountAnswer
}

function pathOf({ eventId }: Audience, resource: string, query: URLSearchParams): string {
  return `/v1/internal/events/${toId('evt', eventId)}/${resource}?${query}`
}

function queryOf({ organizerId, segment }: Audience): URLSearchParams {
  const query = new URLSearchParams({ organizerId: toId('org', organizerId) })
  if (segment.orderState) query.set('orderState', segment.orderState)
  for (const id of segment.ticketTypeIds ?? []) query.append('ticketTypeId', id)
  if (segment.checkedIn !== undefined) query.set('checkedIn', String(segment.checkedIn))
  if (segment.language) query.set('locale', segment.language)
  if (segment.boughtFrom) query.set('confirmedFrom', segment.boughtFrom)
  if (segment.boughtBefore) query.set('confirmedBefore', segment.boughtBefore)
  return query
}
