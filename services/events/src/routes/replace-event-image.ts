import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, authorize, etag, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { presentEvent } from '../events/present.ts'
import { EventParams, EventSchema } from '../events/schemas.ts'
import { transition } from '../events/status.ts'
import { changeEvent, findEvent, lockEvent } from '../events/store.ts'
import { encodePicture } from '../images/encode-picture.ts'
import { PICTURE_BYTES_MAX } from '../images/fetch-picture.ts'
import { dropPicture, storePicture } from '../images/picture-change.ts'

export function replaceEventImage(app: App, ctx: Context): void {
  app.put(
    '/v1/events/:eventId/image',
    {
      bodyLimit: PICTURE_BYTES_MAX + 64 * 1024,
      // The file is read from the stream, so there is no body to check; the schema is for the document.
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'replaceEventImage',
        summary: 'Takes a JPEG, PNG, WebP, GIF or AVIF of at most 8 MB and keeps our own encoding of it.',
        consumes: ['multipart/form-data'],
        params: EventParams,
        body: Type.Object({ image: Type.String({ format: 'binary' }) }),
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const found = await findEvent(ctx.db, request.params.eventId)
      authorize(request, 'event.write', toId('org', found.organizer_id))
      if (request.headers['if-match'] !== undefined) assertIfMatch(request, found.version)
      transition(found.status, 'edit')
      const file = await request.file()
      if (!file) {
        const errors = [{ pointer: '/image', detail: 'is required' }]
        throw new DomainError('request-invalid', {}, { errors })
      }
      const picture = await encodePicture(await file.toBuffer())
      const row = await inTransaction(ctx.db, async (tx) => {
        const before = await lockEvent(tx, found.id)
        transition(before.status, 'edit')
        const change = { kind: 'replace', picture, sourceUrl: null } as const
        const image = await storePicture(tx, before.organizer_id, change, ctx.now())
        const after = await changeEvent(tx, before, image, ctx.now())
        await dropPicture(tx, before.image_id)
        return after
      })
      return reply.header('etag', etag(row.version)).send(presentEvent(row))
    },
  )
}
