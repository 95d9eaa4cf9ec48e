import { inTransaction } from '@guichet/database'
import { type App, createRateLimits } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { OrderAnswer, OrderHeaders } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { allowedTransfer, OrderTicketParams } from '../tickets/ticket-access.ts'
import { passOn } from '../tickets/transfer.ts'

const Body = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  email: Type.String({ format: 'email', maxLength: 254 }),
})

/**
 * PUT /v1/orders/:orderId/tickets/:ticketId/holder — passes a ticket on to somebody else, who gets it by mail; the code of
 * before no longer counts. For its buyer, and for members who help them. Repeating it changes nothing.
 */
export function passOnTicket(app: App, ctx: Context): void {
  // Each writes to somebody who has not asked for it.
  const limits = createRateLimits({
    'pass-on': { points: 20, duration: 3_600 },
    'pass-on-address': { points: 20, duration: 3_600 },
  })
  app.put(
    '/v1/orders/:orderId/tickets/:ticketId/holder',
    {
      schema: {
        operationId: 'passOnTicket',
        params: OrderTicketParams,
        headers: OrderHeaders,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request, reply) => {
      const { sight, member, ...of } = await allowedTransfer(ctx, request)
      const { name, email } = request.body
      if (!member) {
        await limits.take(reply, 'pass-on-address', email.toLowerCase())
        await limits.take(reply, 'pass-on', of.order.id)
      }
      return inTransaction(ctx.db, async (tx) => {
        const order = await passOn(ctx, tx, of, { name: name.trim(), email })
        return presentOrder(ctx, tx, order, sight)
      })
    },
  )
}
