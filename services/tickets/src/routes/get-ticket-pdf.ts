import { DomainError } from '@guichet/problem'
import { type App, createRateLimits } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { LocaleBody } from '../orders/order-schema.ts'
import { printedHeldTicket } from '../tickets/held-ticket.ts'
import { sendPdf } from '../tickets/send-pdf.ts'
import { heldTicket, TicketHeaders, TicketParams } from '../tickets/ticket-access.ts'

const Query = Type.Object({ locale: Type.Optional(LocaleBody) })

/** GET /v1/tickets/:ticketId/ticket.pdf — the one ticket, for whom it was passed on to; in the order's language. */
export function getTicketPdf(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'ticket-pdf': { points: 20, duration: 600 } })
  app.get(
    '/v1/tickets/:ticketId/ticket.pdf',
    {
      schema: {
        operationId: 'getTicketPdf',
        params: TicketParams,
        querystring: Query,
        headers: TicketHeaders,
        produces: ['application/pdf'],
        response: { 200: Type.String({ format: 'binary' }) },
      },
    },
    async (request, reply) => {
      const held = await heldTicket(ctx, request)
      await limits.take(reply, 'ticket-pdf', held.ticket.id)
      const { organizer_id, locale } = held.order
      const seller = await ctx.db
        .selectFrom('seller')
        .select('name')
        .where('organizer_id', '=', organizer_id)
        .executeTakeFirst()
      const language = request.query.locale ?? locale
      const printed = await printedHeldTicket(ctx, held, { locale: language, seller: seller?.name ?? '' })
      if (printed.tickets.length === 0) throw new DomainError('no-valid-tickets')
      return sendPdf(ctx, reply, printed)
    },
  )
}
