import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EndpointParams } from '../webhooks/endpoint-schema.ts'
import { findEndpoint } from '../webhooks/find-endpoint.ts'

/** DELETE /v1/webhook-endpoints/{endpointId}: with its secrets and the log of what it got. */
export function deleteWebhookEndpoint(app: App, ctx: Context): void {
  app.delete(
    '/v1/webhook-endpoints/:endpointId',
    {
      schema: {
        operationId: 'deleteWebhookEndpoint',
        summary: 'Remove an endpoint and its log',
        params: EndpointParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { endpointId } = request.params
      await findEndpoint(ctx.db, request, endpointId)
      await ctx.db.deleteFrom('webhook_endpoint').where('id', '=', toUuid('whk', endpointId)).execute()
      return reply.code(204).send(null)
    },
  )
}
