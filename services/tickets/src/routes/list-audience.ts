import { sql } from '@guichet/database'
import { type App, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import type { RawBuilder } from 'kysely'
import { Type } from 'typebox'
import { AudienceHeaders, type Member, membersOf, ownEvent, SegmentQuery, withHolders } from '../audience/segment.ts'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'

const Query = Type.Object({
  ...SegmentQuery.properties,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
})
const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      orderId: Type.String(),
      ticketId: Type.Union([Type.String(), Type.Null()], {
        description: 'The ticket that was passed on to them; null for the order’s buyer.',
      }),
      email: Type.String(),
      locale: Type.String({ description: 'The order’s.' }),
    }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/** Comes before every ticket, as the buyer before those whom tickets were passed on to. */
const NO_TICKET = '00000000-0000-0000-0000-000000000000'

/**
 * GET /v1/internal/events/:eventId/audience — whom a message to many goes to, by order: its buyer, and those whom tickets of it
 * were passed on to. An address comes once for each of its orders and such tickets: who sends keeps to one.
 */
export function listAudience(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/events/:eventId/audience',
    {
      schema: {
        operationId: 'listAudience',
        summary: 'Whom a message to many goes to',
        params: EventParams,
        headers: AudienceHeaders,
        querystring: Query,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { cursor, limit = 200, ...segment } = request.query
      const eventUuid = await ownEvent(ctx, request.params.eventId, segment.organizerId)
      const ticket = sql`coalesce(ticket_id, ${NO_TICKET}::uuid)`
      const { rows } = await sql<Member>`
        select order_id, ticket_id, email, locale from ${membersOf(eventUuid, { ...segment, ...withHolders(request.headers) })} as member
         ${cursor === undefined ? sql`` : after(cursor, ticket)}
         order by event_id, order_id, ${ticket} limit ${limit + 1}
      `.execute(ctx.db)
      const items = rows.slice(0, limit).map(({ order_id, ticket_id, ...member }) => ({
        orderId: toId('ord', order_id),
        ticketId: ticket_id && toId('tkt', ticket_id),
        ...member,
      }))
      const last = items.at(-1)
      return {
        items,
        nextCursor:
          rows.length > limit && last
            ? encodeCursor([last.ticketId ? `${last.orderId} ${last.ticketId}` : last.orderId])
            : null,
      }
    },
  )
}

function after(cursor: string, ticket: RawBuilder<unknown>): RawBuilder<unknown> {
  const [orderId = '', ticketId] = String(decodeCursor(cursor, 1)[0]).split(' ')
  const [order, member] = [toUuid('ord', orderId), ticketId ? toUuid('tkt', ticketId) : NO_TICKET]
  // The first condition says nothing new, but is one that the primary key answers.
  return sql`where order_id >= ${order} and (order_id, ${ticket}) > (${order}::uuid, ${member}::uuid)`
}
