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
    Type.Boolean({
      description: 'true: one of the tickets that they have has come in. false: none has. Of the named types, if any.',
    }),
  ),
  locale: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('fr')])),
  confirmedFrom: Type.Optional(Type.String({ format: 'date-time' })),
  confirmedBefore: Type.Optional(Type.String({ format: 'date-time' })),
})

/** A preference (RFC 7240), so that a service that knows no holders yet neither gets them nor refuses to be asked for them. */
export const AudienceHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({ description: '`holders`: those too whom buyers passed tickets on to.', maxLength: 100 }),
  ),
})

export type Segment = Static<typeof SegmentQuery> & { holders?: boolean }

export function withHolders({ prefer }: Static<typeof AudienceHeaders>): { holders: boolean } {
  return { holders: prefer?.split(',').some((one) => one.trim() === 'holders') ?? false }
}

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

/** Who is meant, through which order; through which of its tickets too, for those whom it was passed on to. */
export interface Member {
  order_id: string
  ticket_id: string | null
  email: string
  locale: string
}

/**
 * Whom a segment of the event means, as a subquery of {@link Member}s: its buyers, and those whom they passed tickets on to. What
 * is asked of tickets is asked of each one's own. Answered from the primary keys and `ticket_of_order`: a message to many is
 * not worth an index that each sale would have to keep.
 */
export function membersOf(eventUuid: string, segment: Segment): RawBuilder<unknown> {
  const { orderState = 'confirmed', ticketTypeId, checkedIn, holders: wanted = false } = segment
  const orders = [sql`o.event_id = ${eventUuid}`, sql`o.state = ${orderState}`]
  if (segment.locale) orders.push(sql`o.locale = ${segment.locale}`)
  if (segment.confirmedFrom) orders.push(sql`o.confirmed_at >= ${segment.confirmedFrom}`)
  if (segment.confirmedBefore) orders.push(sql`o.confirmed_at < ${segment.confirmedBefore}`)

  const types = ticketTypeId && sql`${arrayLiteral(ticketTypeId.map((id) => toUuid('typ', id)))}::uuid[]`
  const valid = sql`t.event_id = o.event_id and t.order_id = o.id and t.state = 'valid'
    ${types ? sql`and t.ticket_type_id = any(${types})` : sql``}`
  const own = sql`select from ticket t where ${valid} and t.transferred_at is null`
  const cameIn = sql`exists (select from check_in c where c.event_id = t.event_id and c.ticket_id = t.id)`

  const buyers = [sql`o.buyer_email is not null`]
  const holders = [valid, sql`t.holder_email is not null`]
  if (!wanted) holders.push(sql`false`)
  if (orderState !== 'confirmed') {
    // Its tickets are void, or not made yet.
    holders.push(sql`false`)
    if (types) {
      buyers.push(sql`exists (select from order_line l where l.event_id = o.event_id and l.order_id = o.id
        and l.ticket_type_id = any(${types}))`)
    }
  } else if (types || checkedIn !== undefined) {
    buyers.push(sql`exists (${own})`)
  }
  if (checkedIn !== undefined) {
    buyers.push(sql`${checkedIn ? sql`` : sql`not`} exists (${own} and ${cameIn})`)
    holders.push(checkedIn ? cameIn : sql`not ${cameIn}`)
  }
  return sql`(
    select o.event_id, o.id as order_id, member.ticket_id, member.email, o.locale
      from orders o cross join lateral (
        select null::uuid as ticket_id, o.buyer_email as email where ${sql.join(buyers, sql` and `)}
        union all
        select t.id, t.holder_email from ticket t where ${sql.join(holders, sql` and `)}
      ) as member
     where ${sql.join(orders, sql` and `)})`
}
