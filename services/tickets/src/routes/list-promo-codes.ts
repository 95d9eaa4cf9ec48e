import { DomainError } from '@guichet/problem'
import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { presentPromoCodes } from '../promo-codes/present-promo-code.ts'
import { PromoCodeAnswer } from '../promo-codes/promo-code-schema.ts'

const Answer = Type.Object({
  items: Type.Array(PromoCodeAnswer),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

/** GET /v1/events/:eventId/promo-codes — the event's codes with their uses, latest first. */
export function listPromoCodes(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/promo-codes',
    {
      schema: {
        operationId: 'listPromoCodes',
        params: EventParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'promo-code.write', toId('org', event.organizer_id))
      const { cursor, limit = 50 } = request.query
      let query = ctx.db.selectFrom('promo_code').select(COLUMNS.promo_code).where('event_id', '=', event.event_id)
      if (cursor) query = query.where('id', '<', toUuid('pro', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: await presentPromoCodes(ctx.db, page),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('pro', last.id)]) : null,
      }
    },
  )
}
