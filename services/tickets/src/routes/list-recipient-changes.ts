import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { findOrder } from '../orders/find-order.ts'
import { OrderParams } from '../orders/order-schema.ts'

const Change = Type.Object({
  number: Type.Integer(),
  changedAt: Type.String({ format: 'date-time' }),
  changedBy: Type.String({ description: 'buyer, or the id of the member.' }),
})

/**
 * GET /v1/orders/:orderId/recipient-changes: when the buyer's address was corrected, and by whom, oldest first; for members.
 * Without the addresses: the old one may be a stranger's.
 */
export function listRecipientChanges(app: App, ctx: Context): void {
  app.get(
    '/v1/orders/:orderId/recipient-changes',
    {
      schema: {
        operationId: 'listRecipientChanges',
        params: OrderParams,
        response: { 200: Type.Object({ items: Type.Array(Change) }) },
      },
    },
    async (request) => {
      const order = await findOrder(ctx.db, toUuid('ord', request.params.orderId))
      if (!order) throw new DomainError('not-found')
      authorize(request, 'order.read', toId('org', order.organizer_id))
      const rows = await ctx.db
        .selectFrom('order_recipient_change')
        .select(['number', 'changed_at', 'changed_by'])
        .where('event_id', '=', order.event_id)
        .where('order_id', '=', order.id)
        .orderBy('number')
        .execute()
      const items = rows.map(({ number, changed_at, changed_by }) => ({
        number,
        changedAt: changed_at.toISOString(),
        changedBy: changed_by,
      }))
      return { items }
    },
  )
}
