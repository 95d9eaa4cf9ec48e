import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EndpointParams } from '../webhooks/endpoint-schema.ts'
import { findEndpoint } from '../webhooks/find-endpoint.ts'
import { secretsInForce } from '../webhooks/secrets.ts'

export const SecretsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      secret: Type.String({ description: 'Standard Webhooks: whsec_ and a key in base64.' }),
      validUntil: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
        description: 'null: the present one.',
      }),
    }),
  ),
})

/** GET /v1/webhook-endpoints/{endpointId}/secrets: what its webhooks are signed with now, the present secret first. */
export function getWebhookSecrets(app: App, ctx: Context): void {
  app.get(
    '/v1/webhook-endpoints/:endpointId/secrets',
    {
      schema: {
        operationId: 'getWebhookSecrets',
        summary: 'Get what the webhooks are signed with',
        params: EndpointParams,
        response: { 200: SecretsAnswer },
      },
    },
    async (request) => {
      const row = await findEndpoint(ctx.db, request, request.params.endpointId)
      return { items: secretsInForce(ctx.webhooks.sealing, row, ctx.now()) }
    },
  )
}
