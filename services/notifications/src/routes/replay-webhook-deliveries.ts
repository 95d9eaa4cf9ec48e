import { DomainError } from '@guichet/problem'
import { type App, idempotently } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EndpointParams } from '../webhooks/endpoint-schema.ts'
import { findEndpoint, lockEndpoint } from '../webhooks/find-endpoint.ts'
import { replayRange } from '../webhooks/replay-range.ts'

const Body = Type.Object({
  since: Type.String({ format: 'date-time', description: 'What happened at this instant or later.' }),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'And before this one; else up to now.' })),
  which: Type.Optional(
    Type.Enum(['failed', 'all'], {
      default: 'failed',
      description: 'failed: what the endpoint has not taken or never had. all: also what it has taken.',
    }),
  ),
})
const response = { 202: Type.Object({ count: Type.Integer({ description: 'How many will be posted.' }) }) }

/** POST /v1/webhook-endpoints/{endpointId}/replays: everything of a time again, e.g. of the days that it was off. */
export function replayWebhookDeliveries(app: App, ctx: Context): void {
  app.post(
    '/v1/webhook-endpoints/:endpointId/replays',
    {
      schema: {
        operationId: 'replayWebhookDeliveries',
        summary: 'Post what happened in a time again',
        params: EndpointParams,
        body: Body,
        response,
      },
    },
    async (request, reply) => {
      const { id } = await findEndpoint(ctx.db, request, request.params.endpointId)
      // A month of events, again and again, at an address that nobody had to prove is theirs.
      await ctx.webhooks.limits.take(reply, 'replays', id)
      const { since, until, which = 'failed' } = request.body
      const scope = `${id}:replayWebhookDeliveries`
      const { body } = await idempotently(ctx.db, request, reply, scope, async (tx) => {
        const endpoint = await lockEndpoint(tx, id)
        if (!endpoint.enabled) throw new DomainError('webhook-endpoint-off')
        const now = ctx.now()
        const range = { since: new Date(since), until: until ? new Date(until) : now, which }
        return { status: 202, body: { count: await replayRange(tx, endpoint, range, now) } }
      })
      return reply.code(202).send(body)
    },
  )
}
