import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { HeldTicketAnswer, presentHeldTicket } from '../tickets/held-ticket.ts'
import { heldTicket, TicketHeaders, TicketParams } from '../tickets/ticket-access.ts'

/** GET /v1/tickets/:ticketId — for whom it was passed on to. */
export function getTicket(app: App, ctx: Context): void {
  app.get(
    '/v1/tickets/:ticketId',
    {
      schema: {
        operationId: 'getTicket',
        params: TicketParams,
        headers: TicketHeaders,
        response: { 200: HeldTicketAnswer },
      },
    },
    async (request, reply) => {
      const held = await heldTicket(ctx, request)
      return reply.header('cache-control', 'private, no-store').send(await presentHeldTicket(ctx, held))
    },
  )
}
