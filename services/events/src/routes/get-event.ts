import { type App, etag, isFresh } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { presentEvent } from '../events/present.ts'
import { EventParams, EventSchema } from '../events/schemas.ts'
import { findEvent } from '../events/store.ts'
import { assertVisible } from '../events/visibility.ts'

export function getEvent(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId',
    {
      schema: {
        operationId: 'getEvent',
        summary: 'One event; a draft only to members and services.',
        params: EventParams,
        response: { 200: EventSchema, 304: Type.Null({ description: 'Your copy (If-None-Match) is still right.' }) },
      },
    },
    async (request, reply) => {
      const row = await findEvent(ctx.db, request.params.eventId)
      assertVisible(request.principal, row)
      const tag = etag(row.version)
      reply.header('etag', tag)
      if (row.status !== 'draft') reply.header('cache-control', 'no-cache')
      if (isFresh(request, tag)) return reply.code(304).send(null)
      return reply.code(200).send(presentEvent(row))
    },
  )
}
