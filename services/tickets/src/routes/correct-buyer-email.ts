import { inTransaction, sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { type App, createRateLimits, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type TicketsTx } from '../db.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

const Body = Type.Object({ email: Type.String({ format: 'email', maxLength: 254 }) })

/** By the buyer. Who mistypes it more often is better helped by a person. */
const CHANGES_MAX = 3

/**
 * PUT /v1/orders/:orderId/buyer-email: corrects a mistyped address of a confirmed order; the tickets go there. For its buyer,
 * three times, and for members who help them. The limit for each person stays with the address that bought.
 */
export function correctBuyerEmail(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'buyer-email': { points: 10, duration: 3_600 } })
  app.put(
    '/v1/orders/:orderId/buyer-email',
    {
      schema: {
        operationId: 'correctBuyerEmail',
        params: OrderParams,
        headers: OrderHeaders,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request, reply) => {
      const { order, sight, member } = await allowedOrder(ctx, request, { permission: 'order.correct' })
      if (!member) await limits.take(reply, 'buyer-email', order.id)
      const by = member && request.principal.kind === 'user' ? request.principal.userId : 'buyer'
      return inTransaction(ctx.db, async (tx) => {
        const changed = await correct(ctx, tx, order, { email: request.body.email, by })
        return presentOrder(ctx, tx, changed, sight)
      })
    },
  )
}

async function correct(
  ctx: Context,
  tx: TicketsTx,
  { event_id, id }: OrderRow,
  { email, by }: { email: string; by: string },
): Promise<OrderRow> {
  const order = await tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (order.state !== 'confirmed' || order.buyer_email === null) throw new DomainError('order-not-confirmed')
  // Repeating it changes nothing, and sends nothing.
  if (order.buyer_email === email) return order
  const { count } = await tx
    .selectFrom('order_recipient_change')
    .select((with_) => with_.fn.countAll<string>().as('count'))
    .where('event_id', '=', event_id)
    .where('order_id', '=', id)
    .executeTakeFirstOrThrow()
  const number = Number(count) + 1
  if (by === 'buyer' && number > CHANGES_MAX) throw new DomainError('email-corrected-often', { max: CHANGES_MAX })
  await tx
    .insertInto('order_recipient_change')
    .values({ event_id, order_id: id, number, changed_at: await ctx.time(tx), changed_by: by })
    .execute()
  const changed = await tx
    .updateTable('orders')
    .set({ buyer_email: email, version: sql<number>`version + 1` })
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .returning(COLUMNS.orders)
    .executeTakeFirstOrThrow()
  const orderId = toId('ord', id)
  const data = { orderId, eventId: toId('evt', event_id), organizerId: toId('org', order.organizer_id), number }
  await addToOutbox(tx, { type: 'tickets.order-recipient-changed.v1', subject: orderId, data })
  return changed
}
