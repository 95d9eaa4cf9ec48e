import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, authorize, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { announceDeleted } from '../events/announce.ts'
import { EventParams } from '../events/schemas.ts'
import { findEvent, lockEvent } from '../events/store.ts'
import { dropPicture } from '../images/picture-change.ts'

export function deleteEvent(app: App, ctx: Context): void {
  app.delete(
    '/v1/events/:eventId',
    {
      schema: {
        operationId: 'deleteEvent',
        summary: 'Deletes an event that nobody has ordered; 409 event-has-orders otherwise.',
        params: EventParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const found = await findEvent(ctx.db, request.params.eventId)
      authorize(request, 'event.write', toId('org', found.organizer_id))
      if (request.headers['if-match'] !== undefined) assertIfMatch(request, found.version)
      // First the sale ends for good, so that no order can come between the question and the deletion. Should we die
      // in between, the event is still there and the deletion can be repeated.
      await closeSale(ctx, toId('evt', found.id))
      await inTransaction(ctx.db, async (tx) => {
        const row = await lockEvent(tx, found.id)
        await tx.deleteFrom('event').where('id', '=', row.id).execute()
        await dropPicture(tx, row.image_id)
        await announceDeleted(tx, row)
      })
      return reply.code(204).send(null)
    },
  )
}

async function closeSale(ctx: Context, eventId: string): Promise<void> {
  const response = await ctx.tickets(`/v1/internal/events/${eventId}/closure`, { method: 'POST' })
  if (response.ok) return
  if (response.status === 409) throw new DomainError('event-has-orders')
  throw new DomainError('unavailable', {}, { cause: new Error(`tickets answered ${response.status} to a closure`) })
}
