import { type App, toId } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { presentWebhookDelivery, WebhookDeliveryDetail } from '../webhooks/delivery-schema.ts'
import { findWebhookDelivery } from '../webhooks/find-webhook-delivery.ts'
import { bodyOf } from '../webhooks/public-events.ts'

const params = Type.Object({ deliveryId: Type.String() })
const LOG_MAX = 200

/** GET /v1/webhook-deliveries/{deliveryId}: what is posted, and each request, the newest first. */
export function getWebhookDelivery(app: App, ctx: Context): void {
  app.get(
    '/v1/webhook-deliveries/:deliveryId',
    {
      schema: {
        operationId: 'getWebhookDelivery',
        summary: 'Get one webhook and its requests',
        params,
        response: { 200: WebhookDeliveryDetail },
      },
    },
    async (request) => {
      const row = await findWebhookDelivery(ctx.db, request, request.params.deliveryId)
      const log = await ctx.db
        .selectFrom('webhook_attempt')
        .select(['number', 'began_at', 'duration_ms', 'outcome', 'status', 'headers'])
        .where('delivery_id', '=', row.id)
        .orderBy('number', 'desc')
        .limit(LOG_MAX)
        .execute()
      const { type, test, data } = row
      return {
        ...presentWebhookDelivery(row),
        body: bodyOf({ id: toId('msg', row.event_id), type, test, data, timestamp: row.occurred_at.toISOString() }),
        log: log.map((attempt) => ({
          number: attempt.number,
          at: attempt.began_at.toISOString(),
          durationMs: attempt.duration_ms,
          outcome: attempt.outcome,
          status: attempt.status,
          headers: attempt.headers,
        })),
      }
    },
  )
}
