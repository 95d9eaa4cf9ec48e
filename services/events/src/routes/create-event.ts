import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { contentFrom } from '../events/content.ts'
import { newEvent } from '../events/new-event.ts'
import { presentEvent } from '../events/present.ts'
import { CreateBodySchema, EventSchema } from '../events/schemas.ts'
import { insertEvent } from '../events/store.ts'
import { pictureFromUrl, storePicture } from '../images/picture-change.ts'

export function createEvent(app: App, ctx: Context): void {
  app.post(
    '/v1/events',
    {
      schema: {
        operationId: 'createEvent',
        summary: 'Begins a draft that only members see.',
        body: CreateBodySchema,
        response: { 201: EventSchema },
      },
    },
    async (request, reply) => {
      const { body } = request
      authorize(request, 'event.write', body.organizerId)
      const organizerId = toUuid('org', body.organizerId)
      const content = contentFrom(body)
      const change = await pictureFromUrl(ctx, body.imageUrl)
      const now = ctx.now()
      const row = await inTransaction(ctx.db, async (tx) => {
        const image = await storePicture(tx, organizerId, change, now)
        return insertEvent(tx, { ...newEvent(organizerId, content, now), ...image })
      })
      if (!row) throw new DomainError('conflict')
      const event = presentEvent(row)
      return reply
        .code(201)
        .headers({ etag: etag(row.version), location: `/api/events/v1/events/${event.id}` })
        .send(event)
    },
  )
}
