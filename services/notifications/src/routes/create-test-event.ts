import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, newUuid, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { addEvent } from '../webhooks/add-event.ts'
import { OrganizerParams } from '../webhooks/endpoint-schema.ts'
import { exampleData, PublicTypeSchema } from '../webhooks/public-events.ts'

const Body = Type.Object({
  type: PublicTypeSchema,
  endpointId: Type.Optional(Type.String({ description: 'Without it, only those who listen get it.' })),
})
const response = { 201: Type.Object({ id: Type.String({ description: 'The webhook-id.' }) }) }

/** POST /v1/organizers/{organizerId}/test-events: as if something had happened, marked `"test": true`; nothing has. */
export function createTestEvent(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/test-events',
    {
      schema: {
        operationId: 'createTestEvent',
        summary: 'Try out an endpoint',
        params: OrganizerParams,
        body: Body,
        response,
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      authorize(request, 'webhook.write', organizerId)
      await ctx.webhooks.limits.take(reply, 'test-events', organizerId)
      const { type, endpointId } = request.body
      const id = newUuid()
      const now = ctx.now()
      const event = { id, organizerId: toUuid('org', organizerId), type, occurredAt: now, test: true, streamed: false }
      await inTransaction(ctx.db, async (tx) => {
        const audience = endpointId === undefined ? 'nobody' : { endpointId: toUuid('whk', endpointId) }
        if (audience !== 'nobody') {
          const endpoint = await tx
            .selectFrom('webhook_endpoint')
            .select(['enabled'])
            .where('id', '=', audience.endpointId)
            .where('organizer_id', '=', event.organizerId)
            .executeTakeFirst()
          if (!endpoint) throw new DomainError('not-found')
          if (!endpoint.enabled) throw new DomainError('webhook-endpoint-off')
        }
        await addEvent(tx, now, { ...event, data: exampleData(type, organizerId) }, audience)
      })
      return reply.code(201).send({ id: toId('msg', id) })
    },
  )
}
