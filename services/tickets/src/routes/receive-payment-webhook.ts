import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { keepRawBodies, receiveWebhook, sourceOf, WEBHOOK_BYTES_MAX } from '../payments/receive-webhook.ts'

const Params = Type.Object({ provider: Type.String(), accountId: Type.String() })

/** POST /v1/payment-webhooks/:provider/:accountId — where an organizer's provider tells us that something happened. */
export function receivePaymentWebhook(root: App, ctx: Context): void {
  root.register(async (app: App) => {
    keepRawBodies(app)
    app.post(
      '/v1/payment-webhooks/:provider/:accountId',
      {
        bodyLimit: WEBHOOK_BYTES_MAX,
        schema: {
          operationId: 'receivePaymentWebhook',
          description: 'Signed as the provider signs its webhooks.',
          params: Params,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const source = await sourceOf(ctx, request.params.provider, request.params.accountId)
        await receiveWebhook(ctx, source, request, reply)
        return reply.code(204).send(null)
      },
    )
  })
}
