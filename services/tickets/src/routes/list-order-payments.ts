import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { findOrder } from '../orders/find-order.ts'
import { OrderParams, PaymentAnswer } from '../orders/order-schema.ts'
import { presentPayment } from '../orders/present-order.ts'
import { transferSettings } from '../orders/transfer-instructions.ts'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

const Attempt = Type.Object({
  ...PaymentAnswer.properties,
  problem: nullable(Type.String({ description: 'Why its money bought nothing: late, duplicate, amount.' })),
  reference: nullable(Type.String({ description: 'The provider’s name of it.' })),
  createdAt: instant,
  settledAt: nullable(instant),
})

/** GET /v1/orders/:orderId/payments — every try to pay for an order, oldest first; for members. */
export function listOrderPayments(app: App, ctx: Context): void {
  app.get(
    '/v1/orders/:orderId/payments',
    {
      schema: {
        operationId: 'listOrderPayments',
        params: OrderParams,
        response: { 200: Type.Object({ items: Type.Array(Attempt) }) },
      },
    },
    async (request) => {
      const order = await findOrder(ctx.db, toUuid('ord', request.params.orderId))
      if (!order) throw new DomainError('not-found')
      authorize(request, 'order.read', toId('org', order.organizer_id))
      const rows = await ctx.db
        .selectFrom('payment')
        .select(COLUMNS.payment)
        .where('event_id', '=', order.event_id)
        .where('order_id', '=', order.id)
        .orderBy('id')
        .execute()
      const transfers = await transferSettings(ctx.db, rows)
      const items = rows.flatMap((row) => {
        const payment = presentPayment(row, order, transfers)
        if (!payment) return []
        return {
          ...payment,
          problem: row.problem,
          reference: row.provider_reference,
          createdAt: row.created_at.toISOString(),
          settledAt: row.settled_at?.toISOString() ?? null,
        }
      })
      return { items }
    },
  )
}
