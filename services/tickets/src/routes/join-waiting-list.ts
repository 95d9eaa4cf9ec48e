import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, languageOf, parseId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { limitJoins } from '../rate-limits.ts'
import { JoinBody } from '../waiting-list/entry-schema.ts'
import { joinList } from '../waiting-list/join-list.ts'

/**
 * POST /v1/events/:eventId/waiting-list — for places of a sold-out type. The answer is the same whether the address is on the
 * list already or not: everything else goes by mail, to the address alone. Hence repeating it is harmless, without a key.
 */
export function joinWaitingList(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/waiting-list',
    {
      schema: {
        operationId: 'joinWaitingList',
        params: EventParams,
        body: JoinBody,
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      const { body } = request
      const eventId = toUuid('evt', request.params.eventId)
      const ticketTypeId = parseId('typ', body.ticketTypeId)
      if (!ticketTypeId) throw new DomainError('ticket-type-unknown', { ticketTypeId: body.ticketTypeId })
      await limitJoins(ctx.limits, request, reply, body.email)
      const locale = body.locale ?? languageOf(request)
      await inTransaction(ctx.db, (tx) =>
        joinList(ctx, tx, { eventId, ticketTypeId, email: body.email, quantity: body.quantity, locale }),
      )
      return reply.code(202).send({})
    },
  )
}
