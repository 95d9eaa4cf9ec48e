import { DomainError } from '@guichet/problem'
import { type App, parseId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { settlePayment } from '../payments/settle-payment.ts'

const BODY_BYTES_MAX = 64 * 1024

/**
 * POST /v1/payment-webhooks/simulated — a hint that something happened. The signature is checked over the raw bytes before
 * anything else; then we ask the provider itself. Only an answer of 2xx stops it from repeating.
 */
export function receiveSimulatedWebhook(root: App, ctx: Context): void {
  root.register(async (app: App) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.post(
      '/v1/payment-webhooks/simulated',
      {
        bodyLimit: BODY_BYTES_MAX,
        schema: {
          operationId: 'receiveSimulatedWebhook',
          description: 'Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const provider = ctx.providers.simulated
        if (!provider) throw new DomainError('not-found')
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const webhook = await provider.readWebhook(request.headers, body)
        const { webhookId } = webhook
        const paymentId = webhook.kind === 'payment' ? webhook.paymentId : undefined
        const uuid = paymentId && parseId('pay', paymentId)
        const payment = uuid
          ? await ctx.db.selectFrom('payment').select(COLUMNS.payment).where('id', '=', uuid).executeTakeFirst()
          : undefined
        if (payment && paymentId) {
          const found = await provider.find({ paymentId, reference: payment.provider_reference })
          if (found)
            await settlePayment(ctx, { payment, found, webhook: { provider: 'simulated', accountId: null, webhookId } })
        } else {
          // Genuine, yet about nothing of ours: repeating it would not help.
          request.log.warn({ webhookId }, 'webhook about an unknown payment')
        }
        return reply.code(204).send(null)
      },
    )
  })
}
