import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { lockLiveHold } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { BuyerBody, LocaleBody, OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

const Body = Type.Object({ buyer: Type.Optional(BuyerBody), locale: Type.Optional(LocaleBody) }, { minProperties: 1 })

/** PATCH /v1/orders/:orderId — who buys, and in which language; while the places are held. */
export function updateOrder(app: App, ctx: Context): void {
  app.patch(
    '/v1/orders/:orderId',
    {
      schema: {
        operationId: 'updateOrder',
        params: OrderParams,
        headers: OrderHeaders,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { order, sight } = await allowedOrder(ctx, request)
      const { buyer, locale } = request.body
      return inTransaction(ctx.db, async (tx) => {
        const { buyer_key } = await lockLiveHold(tx, order, () => ctx.time(tx))
        // Its limit was judged for this address; another one would have to be judged anew.
        if (buyer && buyer_key !== null && buyer.email.toLowerCase() !== buyer_key) throw new DomainError('buyer-fixed')
        const updated = await tx
          .updateTable('orders')
          .set({
            ...(buyer ? { buyer_name: buyer.name.trim(), buyer_email: buyer.email } : {}),
            ...(locale ? { locale } : {}),
            version: sql<number>`version + 1`,
          })
          .where('event_id', '=', order.event_id)
          .where('id', '=', order.id)
          .returning(COLUMNS.orders)
          .executeTakeFirstOrThrow()
        return presentOrder(ctx, tx, updated, sight)
      })
    },
  )
}
