import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { announcePublished } from '../events/announce.ts'
import { contentOf, missingForPublication } from '../events/content.ts'
import { presentEvent } from '../events/present.ts'
import { EventParams, EventSchema } from '../events/schemas.ts'
import { transition } from '../events/status.ts'
import { changeEvent, findEvent, lockEvent } from '../events/store.ts'

export function publishEvent(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/publication',
    {
      schema: {
        operationId: 'publishEvent',
        summary: 'Shows the event to everyone; 422 event-incomplete lists all that is missing.',
        params: EventParams,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const found = await findEvent(ctx.db, request.params.eventId)
      authorize(request, 'event.publish', toId('org', found.organizer_id))
      const row = await inTransaction(ctx.db, async (tx) => {
        const before = await lockEvent(tx, found.id)
        const status = transition(before.status, 'publish')
        if (status === before.status) return before
        const missing = missingForPublication(contentOf(before), ctx.now())
        if (missing.length > 0) throw new DomainError('event-incomplete', {}, { errors: missing })
        const after = await changeEvent(tx, before, { status, published_at: ctx.now() }, ctx.now())
        await announcePublished(tx, after)
        return after
      })
      return reply.header('etag', etag(row.version)).send(presentEvent(row))
    },
  )
}
