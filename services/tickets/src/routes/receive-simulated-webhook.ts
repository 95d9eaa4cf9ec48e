import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { keepRawBodies, receiveWebhook, WEBHOOK_BYTES_MAX } from '../payments/receive-webhook.ts'

/** POST /v1/payment-webhooks/simulated — the platform's own provider for rehearsals; in production there is nothing here. */
export function receiveSimulatedWebhook(root: App, ctx: Context): void {
  root.register(async (app: App) => {
    keepRawBodies(app)
    app.post(
      '/v1/payment-webhooks/simulated',
      {
        bodyLimit: WEBHOOK_BYTES_MAX,
        schema: {
          operationId: 'receiveSimulatedWebhook',
          description: 'Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const provider = ctx.providers.simulated
        if (!provider) throw new DomainError('not-found')
        await receiveWebhook(ctx, { name: 'simulated', accountId: null, provider }, request, reply)
        return reply.code(204).send(null)
      },
    )
  })
}
