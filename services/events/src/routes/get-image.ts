import { DomainError } from '@guichet/problem'
import { type App, isFresh, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'

export function getImage(app: App, ctx: Context): void {
  app.get(
    '/v1/images/:imageId',
    {
      schema: {
        operationId: 'getImage',
        summary: 'A picture (WebP). An id never shows another picture, so keep it for ever.',
        params: Type.Object({ imageId: Type.String() }),
      },
    },
    async (request, reply) => {
      const id = toUuid('img', request.params.imageId)
      const tag = `"${request.params.imageId}"`
      const image = isFresh(request, tag)
        ? null
        : await ctx.db.selectFrom('image').select('bytes').where('id', '=', id).executeTakeFirst()
      if (image === undefined) throw new DomainError('not-found')
      reply.headers({
        etag: tag,
        'cache-control': 'public, max-age=31536000, immutable',
        // Pictures of public events may stand on the organizer's own pages.
        'cross-origin-resource-policy': 'cross-origin',
        'content-disposition': 'inline',
      })
      if (image === null) return reply.code(304).send(null)
      return reply.type('image/webp').send(image.bytes)
    },
  )
}
