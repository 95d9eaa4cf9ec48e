import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { DisputeAnswer, DisputeStateSchema, presentDispute } from '../disputes/present-dispute.ts'
import { PageQuery } from '../orders/order-schema.ts'

const Params = Type.Object({ organizerId: Type.String() })
const Query = Type.Object({
  ...PageQuery,
  state: Type.Optional(DisputeStateSchema),
  orderId: Type.Optional(Type.String()),
})
const Page = Type.Object({ items: Type.Array(DisputeAnswer), nextCursor: Type.Union([Type.String(), Type.Null()]) })

/** GET /v1/organizers/:organizerId/disputes — latest first. */
export function listDisputes(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/disputes',
    { schema: { operationId: 'listDisputes', params: Params, querystring: Query, response: { 200: Page } } },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'order.read', request.params.organizerId)
      const { cursor, limit = 50, state, orderId } = request.query
      let query = ctx.db
        .selectFrom('dispute')
        .innerJoin('event', 'event.event_id', 'dispute.event_id')
        .select(COLUMNS.dispute.map((column) => `dispute.${column}` as const))
        .where('event.organizer_id', '=', organizerUuid)
      if (state) query = query.where('dispute.state', '=', state)
      if (orderId) query = query.where('dispute.order_id', '=', toUuid('ord', orderId))
      if (cursor) query = query.where('dispute.id', '<', toUuid('dsp', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('dispute.id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(presentDispute),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('dsp', last.id)]) : null,
      }
    },
  )
}
