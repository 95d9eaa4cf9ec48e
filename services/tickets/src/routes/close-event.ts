import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { EmptyBody } from '../orders/order-schema.ts'
import { touchTerms } from '../stock/terms.ts'

const Answer = Type.Object({ eventId: Type.String(), closed: Type.Literal(true) })

/** POST /v1/internal/events/:eventId/closure — events is about to delete it: no sale any more, unless there were some. */
export function closeEvent(app: App, ctx: Context): void {
  app.post(
    '/v1/internal/events/:eventId/closure',
    { schema: { operationId: 'closeEvent', params: EventParams, body: EmptyBody, response: { 200: Answer } } },
    async (request) => {
      const eventId = toUuid('evt', request.params.eventId)
      await inTransaction(ctx.db, async (tx) => {
        const now = await ctx.time(tx)
        await tx.updateTable('event').set({ closed_at: now }).where('event_id', '=', eventId).execute()
        // Orders in work hold these locks; after them no new one is granted.
        await touchTerms(tx, eventId)
        const order = await tx
          .selectFrom('orders')
          .select('id')
          .where('event_id', '=', eventId)
          .where('state', 'in', ['held', 'confirmed', 'refunded'])
          .limit(1)
          .executeTakeFirst()
        const payment = await tx
          .selectFrom('payment')
          .select('id')
          .where('event_id', '=', eventId)
          .where('state', '<>', 'failed')
          .limit(1)
          .executeTakeFirst()
        if (order || payment) throw new DomainError('event-has-orders')
      })
      ctx.stock.availability.forget(eventId)
      return { eventId: request.params.eventId, closed: true as const }
    },
  )
}
