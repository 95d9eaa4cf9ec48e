import { type App, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { EndpointAnswer, EndpointParams, presentEndpoint } from '../webhooks/endpoint-schema.ts'
import { findEndpoint } from '../webhooks/find-endpoint.ts'

/** GET /v1/webhook-endpoints/{endpointId} */
export function getWebhookEndpoint(app: App, ctx: Context): void {
  app.get(
    '/v1/webhook-endpoints/:endpointId',
    {
      schema: {
        operationId: 'getWebhookEndpoint',
        summary: 'Get an endpoint',
        params: EndpointParams,
        response: { 200: EndpointAnswer },
      },
    },
    async (request, reply) => {
      const row = await findEndpoint(ctx.db, request, request.params.endpointId)
      return reply.header('etag', etag(row.version)).send(presentEndpoint(row))
    },
  )
}
