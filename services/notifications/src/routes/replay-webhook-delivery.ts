import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { presentWebhookDelivery, WebhookDeliveryAnswer } from '../webhooks/delivery-schema.ts'
import { lockEndpoint } from '../webhooks/find-endpoint.ts'
import { findWebhookDelivery } from '../webhooks/find-webhook-delivery.ts'

const params = Type.Object({ deliveryId: Type.String() })

/** POST /v1/webhook-deliveries/{deliveryId}/replay: due now, with all its time again, whether it was delivered or not. */
export function replayWebhookDelivery(app: App, ctx: Context): void {
  app.post(
    '/v1/webhook-deliveries/:deliveryId/replay',
    {
      schema: {
        operationId: 'replayWebhookDelivery',
        summary: 'Post a webhook again',
        params,
        response: { 200: WebhookDeliveryAnswer },
      },
    },
    async (request) => {
      const found = await findWebhookDelivery(ctx.db, request, request.params.deliveryId)
      await inTransaction(ctx.db, async (tx) => {
        const endpoint = await lockEndpoint(tx, found.endpoint_id)
        if (!endpoint.enabled) throw new DomainError('webhook-endpoint-off')
        const { numUpdatedRows } = await tx
          .updateTable('webhook_delivery')
          .set({ state: 'pending', next_attempt_at: ctx.now(), first_attempt_at: null, lease: null })
          .where('id', '=', found.id)
          // Under a running lease it is being sent; when the lease is over, it is due by itself.
          .where('state', '!=', 'sending')
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw new DomainError('being-sent')
      })
      const row = await findWebhookDelivery(ctx.db, request, request.params.deliveryId)
      return presentWebhookDelivery(row)
    },
  )
}
