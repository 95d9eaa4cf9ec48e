import { inTransaction } from '@guichet/database'
import { type App, authorize, etag, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { announceCancelled } from '../events/announce.ts'
import { presentEvent } from '../events/present.ts'
import { EventParams, EventSchema, Reason } from '../events/schemas.ts'
import { transition } from '../events/status.ts'
import { changeEvent, findEvent, lockEvent } from '../events/store.ts'

export function cancelEvent(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/cancellation',
    {
      schema: {
        operationId: 'cancelEvent',
        summary: 'Calls the event off for good; its orders are refunded and its buyers told.',
        params: EventParams,
        body: Type.Union([Type.Object({ reason: Type.Optional(Reason) }), Type.Null()]),
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const found = await findEvent(ctx.db, request.params.eventId)
      authorize(request, 'event.publish', toId('org', found.organizer_id))
      const row = await inTransaction(ctx.db, async (tx) => {
        const before = await lockEvent(tx, found.id)
        const status = transition(before.status, 'cancel')
        if (status === before.status) return before
        const now = ctx.now()
        const reason = request.body?.reason ?? null
        const after = await changeEvent(tx, before, { status, cancelled_at: now, cancellation_reason: reason }, now)
        await announceCancelled(tx, after)
        return after
      })
      return reply.header('etag', etag(row.version)).send(presentEvent(row))
    },
  )
}
