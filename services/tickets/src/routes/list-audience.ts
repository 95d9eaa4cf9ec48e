import { sql } from '@guichet/database'
import { type App, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { inSegment, ownEvent, SegmentQuery } from '../audience/segment.ts'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'

const Query = Type.Object({
  ...SegmentQuery.properties,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
})
const Answer = Type.Object({
  items: Type.Array(Type.Object({ orderId: Type.String(), email: Type.String(), locale: Type.String() })),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/**
 * GET /v1/internal/events/:eventId/audience — the orders that a message to many goes to, by id. An address comes once for
 * each of its orders: who sends keeps to one.
 */
export function listAudience(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/events/:eventId/audience',
    {
      schema: {
        operationId: 'listAudience',
        summary: 'Whom a message to many goes to',
        params: EventParams,
        querystring: Query,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { cursor, limit = 200, ...segment } = request.query
      const eventUuid = await ownEvent(ctx, request.params.eventId, segment.organizerId)
      const after = cursor === undefined ? sql`` : sql`and o.id > ${toUuid('ord', String(decodeCursor(cursor, 1)[0]))}`
      const { rows } = await sql<{ id: string; email: string; locale: string }>`
        select o.id, o.buyer_email as email, o.locale from orders o
         where ${inSegment(eventUuid, segment)} ${after}
         order by o.event_id, o.id limit ${limit + 1}
      `.execute(ctx.db)
      const items = rows.slice(0, limit).map(({ id, ...row }) => ({ orderId: toId('ord', id), ...row }))
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor([last.orderId]) : null }
    },
  )
}
