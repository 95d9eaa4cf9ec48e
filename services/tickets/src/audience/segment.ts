import { arrayLiteral, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { toUuid } from '@guichet/server'
import type { RawBuilder } from 'kysely'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'

export const SegmentQuery = Type.Object({
  organizerId: Type.String({ description: 'Who asks; must be whose event it is.' }),
  orderState: Type.Optional(
    Type.Union([Type.Literal('confirmed'), Type.Literal('refunded'), Type.Literal('held')], { default: 'confirmed' }),
  ),
  ticketTypeId: Type.Optional(
    Type.Array(Type.String(), { maxItems: 100, description: 'Those with tickets of one of these types.' }),
  ),
  checkedIn: Type.Optional(
    Type.Boolean({ description: 'true: one of the tickets has come in. false: none has. Of the named types, if any.' }),
  ),
  locale: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('fr')])),
  confirmedFrom: Type.Optional(Type.String({ format: 'date-time' })),
  confirmedBefore: Type.Optional(Type.String({ format: 'date-time' })),
})

export type Segment = Static<typeof SegmentQuery>

/** The event, if it is the organizer's; else `not-found`, as for nothing. */
export async function ownEvent(ctx: Context, eventId: string, organizerId: string): Promise<string> {
  const eventUuid = toUuid('evt', eventId)
  const event = await ctx.db
    .selectFrom('event')
    .select('status')
    .where('event_id', '=', eventUuid)
    .where('organizer_id', '=', toUuid('org', organizerId))
    .executeTakeFirst()
  if (!event || event.status === 'deleted') throw new DomainError('not-found')
  return eventUuid
}

/**
 * The orders `o` of the event whose buyers a segment means, as a condition. All of it is answered from the primary keys
 * and `ticket_of_order`: a message to many is not worth an index that each sale would have to keep.
 */
export function inSegment(eventUuid: string, segment: Segment): RawBuilder<boolean> {
  const conditions = [
    sql`o.event_id = ${eventUuid}`,
    sql`o.state = ${segment.orderState ?? 'confirmed'}`,
    sql`o.buyer_email is not null`,
  ]
  if (segment.locale) conditions.push(sql`o.locale = ${segment.locale}`)
  if (segment.confirmedFrom) conditions.push(sql`o.confirmed_at >= ${segment.confirmedFrom}`)
  if (segment.confirmedBefore) conditions.push(sql`o.confirmed_at < ${segment.confirmedBefore}`)
  const types = segment.ticketTypeId?.map((id) => toUuid('typ', id))
  const named = (alias: 't' | 'l') =>
    types ? sql`and ${sql.ref(`${alias}.ticket_type_id`)} = any(${arrayLiteral(types)}::uuid[])` : sql``
  const tickets = sql`select from ticket t where t.event_id = o.event_id and t.order_id = o.id and t.state = 'valid' ${named('t')}`
  if (types && segment.orderState !== undefined && segment.orderState !== 'confirmed') {
    // Its tickets are void, or not made yet.
    conditions.push(
      sql`exists (select from order_line l where l.event_id = o.event_id and l.order_id = o.id ${named('l')})`,
    )
  } else if (types) {
    conditions.push(sql`exists (${tickets})`)
  }
  if (segment.checkedIn !== undefined) {
    const cameIn = sql`exists (${tickets} and exists (
      select from check_in c where c.event_id = t.event_id and c.ticket_id = t.id))`
    conditions.push(segment.checkedIn ? cameIn : sql`not ${cameIn}`)
  }
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
