import { inTransaction } from '@guichet/database'
import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { OrderAnswer, OrderHeaders } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { allowedTransfer, OrderTicketParams } from '../tickets/ticket-access.ts'
import { takeBack } from '../tickets/transfer.ts'

/**
 * DELETE /v1/orders/:orderId/tickets/:ticketId/holder — a ticket that was passed on is the buyer's again, until the event begins;
 * the holder's code and link no longer count. Repeating it changes nothing.
 */
export function takeBackTicket(app: App, ctx: Context): void {
  app.delete(
    '/v1/orders/:orderId/tickets/:ticketId/holder',
    {
      schema: {
        operationId: 'takeBackTicket',
        params: OrderTicketParams,
        headers: OrderHeaders,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { sight, ...of } = await allowedTransfer(ctx, request)
      return inTransaction(ctx.db, async (tx) => presentOrder(ctx, tx, await takeBack(ctx, tx, of), sight))
    },
  )
}
