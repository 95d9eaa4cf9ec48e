import { DomainError } from '@guichet/problem'
import { type App, createRateLimits } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { LocaleBody, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { printedTickets } from '../tickets/printed-tickets.ts'
import { sendPdf } from '../tickets/send-pdf.ts'

const Query = Type.Object({ locale: Type.Optional(LocaleBody) })

/** GET /v1/orders/:orderId/tickets.pdf — the valid tickets, one a page, for whom the codes are; in the order's language. */
export function getTicketsPdf(app: App, ctx: Context): void {
  // One document is printed at a time: nobody prints theirs so often that all others' mails go without.
  const limits = createRateLimits({ 'tickets-pdf': { points: 20, duration: 600 } })
  app.get(
    '/v1/orders/:orderId/tickets.pdf',
    {
      schema: {
        operationId: 'getTicketsPdf',
        params: OrderParams,
        querystring: Query,
        headers: OrderHeaders,
        produces: ['application/pdf'],
        response: { 200: Type.String({ format: 'binary' }) },
      },
    },
    async (request, reply) => {
      const { order, sight, member } = await allowedOrder(ctx, request, {
        permission: 'order.read',
        services: ['notifications'],
      })
      if (!sight.codes) throw new DomainError('forbidden')
      if (!member && request.principal.kind !== 'service') await limits.take(reply, 'tickets-pdf', order.id)
      const answer = await presentOrder(ctx, ctx.db, order, sight)
      const seller = await ctx.db
        .selectFrom('seller')
        .select('name')
        .where('organizer_id', '=', order.organizer_id)
        .executeTakeFirst()
      const printed = printedTickets(answer, request.query.locale ?? order.locale, seller?.name ?? '')
      if (printed.tickets.length === 0) throw new DomainError('no-valid-tickets')
      return sendPdf(ctx, reply, printed)
    },
  )
}
