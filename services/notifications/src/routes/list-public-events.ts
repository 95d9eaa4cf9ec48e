import { setTimeout as pause } from 'node:timers/promises'
import { DomainError } from '@guichet/problem'
import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { OrganizerParams } from '../webhooks/endpoint-schema.ts'
import { eventsAfter, presentPlace } from '../webhooks/follow.ts'
import { createWaitingPlaces } from '../webhooks/waiting-places.ts'

const querystring = Type.Object({
  after: Type.Optional(
    Type.String({ maxLength: 200, description: 'nextCursor of the answer before; without it: now.' }),
  ),
  waitSeconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 12, default: 0, description: 'How long to wait for the first event.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
const response = {
  200: Type.Object({
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        type: Type.String(),
        timestamp: Type.String({ format: 'date-time' }),
        test: Type.Boolean(),
        data: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
    nextCursor: Type.String(),
  }),
}
const LOOK_EVERY_MS = 250

/** GET /v1/organizers/{organizerId}/public-events: what happened since, or the next thing that happens (`webhooks listen`). */
export function listPublicEvents(app: App, ctx: Context): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const places = createWaitingPlaces()

  app.get(
    '/v1/organizers/:organizerId/public-events',
    {
      schema: {
        operationId: 'listPublicEvents',
        summary: 'Follow what happens, in the order of its writing',
        params: OrganizerParams,
        querystring,
        response,
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      authorize(request, 'webhook.write', organizerId)
      const { after, waitSeconds = 0, limit = 50 } = request.query
      const place = after ?? (await presentPlace(ctx.db))
      const own = places.take(organizerId)
      if (!own) throw new DomainError('rate-limited', { retryAfterSeconds: 5 })
      const left = new AbortController()
      reply.raw.once('close', () => left.abort())
      const signal = AbortSignal.any([closing.signal, left.signal, own.signal])
      try {
        const until = performance.now() + waitSeconds * 1_000
        for (;;) {
          const found = await eventsAfter(ctx.db, toUuid('org', organizerId), place, limit)
          if (found.events.length > 0 || performance.now() >= until || signal.aborted)
            return { items: found.events, nextCursor: found.place }
          await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
        }
      } finally {
        own.leave()
      }
    },
  )
}
