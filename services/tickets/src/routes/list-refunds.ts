import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { presentRefunds, RefundAnswer, RefundStateSchema } from '../refunds/refund.ts'

const Params = Type.Object({ organizerId: Type.String() })
const Query = Type.Object({
  ...PageQuery,
  state: Type.Optional(RefundStateSchema),
  eventId: Type.Optional(Type.String()),
})
const Page = Type.Object({ items: Type.Array(RefundAnswer), nextCursor: Type.Union([Type.String(), Type.Null()]) })

/** GET /v1/organizers/:organizerId/refunds — latest first; `state=failed` are those that somebody must see to. */
export function listRefunds(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/refunds',
    { schema: { operationId: 'listRefunds', params: Params, querystring: Query, response: { 200: Page } } },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'order.read', request.params.organizerId)
      const { cursor, limit = 50, state, eventId } = request.query
      let query = ctx.db
        .selectFrom('refund')
        .innerJoin('event', 'event.event_id', 'refund.event_id')
        .select(COLUMNS.refund.map((column) => `refund.${column}` as const))
        .where('event.organizer_id', '=', organizerUuid)
      if (state) query = query.where('refund.state', '=', state)
      if (eventId) query = query.where('refund.event_id', '=', toUuid('evt', eventId))
      if (cursor) query = query.where('refund.id', '<', toUuid('rfd', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('refund.id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: await presentRefunds(ctx.db, page, { member: true }),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('rfd', last.id)]) : null,
      }
    },
  )
}
