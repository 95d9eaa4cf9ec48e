import { inTransaction } from '@guichet/database'
import { type App, assertIfMatch, authorize, etag, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { announceChange, sameJson } from '../events/announce.ts'
import { columnsOf, contentOf, mergeContent } from '../events/content.ts'
import { presentEvent } from '../events/present.ts'
import { EventParams, EventSchema, UpdateBodySchema } from '../events/schemas.ts'
import { transition } from '../events/status.ts'
import { changeEvent, findEvent, lockEvent } from '../events/store.ts'
import { dropPicture, pictureFromUrl, storePicture } from '../images/picture-change.ts'

export function updateEvent(app: App, ctx: Context): void {
  app.patch(
    '/v1/events/:eventId',
    {
      schema: {
        operationId: 'updateEvent',
        summary:
          'Changes what the body names (merge patch, RFC 7396): null removes, what is absent stays. Needs If-Match.',
        params: EventParams,
        body: UpdateBodySchema,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const found = await findEvent(ctx.db, request.params.eventId)
      authorize(request, 'event.write', toId('org', found.organizer_id))
      // Before the picture is fetched, to refuse early; again under the lock, to refuse for certain.
      assertIfMatch(request, found.version)
      transition(found.status, 'edit')
      mergeContent(contentOf(found), request.body)
      const picture = await pictureFromUrl(ctx, request.body.imageUrl, found)

      const row = await inTransaction(ctx.db, async (tx) => {
        const before = await lockEvent(tx, found.id)
        assertIfMatch(request, before.version)
        transition(before.status, 'edit')
        const present = contentOf(before)
        const content = mergeContent(present, request.body)
        if (picture.kind === 'keep' && sameJson(content, present)) return before
        const image = await storePicture(tx, before.organizer_id, picture, ctx.now())
        const after = await changeEvent(tx, before, { ...columnsOf(content), ...image }, ctx.now())
        if (after.image_id !== before.image_id) await dropPicture(tx, before.image_id)
        await announceChange(tx, before, after)
        return after
      })
      return reply.header('etag', etag(row.version)).send(presentEvent(row))
    },
  )
}
