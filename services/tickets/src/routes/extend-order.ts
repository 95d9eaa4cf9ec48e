import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { lockLiveHold } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { EmptyBody, OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

/** POST /v1/orders/:orderId/extension — more time for who needs it (WCAG 2.2.1), but not for ever. */
export function extendOrder(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/extension',
    {
      schema: {
        operationId: 'extendOrder',
        params: OrderParams,
        headers: OrderHeaders,
        body: EmptyBody,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { order, sight } = await allowedOrder(ctx, request)
      return inTransaction(ctx.db, async (tx) => {
        const live = await lockLiveHold(tx, order, () => ctx.time(tx))
        const { extensions } = live
        if (extensions >= ctx.config.extensionsMax) throw new DomainError('no-extension-left', { extensions })
        // From now on, so that ten at once do not keep places for two hours; and who has longer needs none.
        const until = new Date((await ctx.time(tx)).getTime() + ctx.config.holdSeconds * 1_000)
        if (until <= live.expires_at) return presentOrder(ctx, tx, live, sight)
        const extended = await tx
          .updateTable('orders')
          .set({
            expires_at: until,
            extensions: extensions + 1,
            version: sql<number>`version + 1`,
          })
          .where('event_id', '=', order.event_id)
          .where('id', '=', order.id)
          .returning(COLUMNS.orders)
          .executeTakeFirstOrThrow()
        return presentOrder(ctx, tx, extended, sight)
      })
    },
  )
}
