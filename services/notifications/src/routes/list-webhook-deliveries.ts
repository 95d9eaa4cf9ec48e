import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, decodeCursor, encodeCursor, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { presentWebhookDelivery, WEBHOOK_DELIVERY_COLUMNS, WebhookDeliveryAnswer } from '../webhooks/delivery-schema.ts'
import { EndpointParams } from '../webhooks/endpoint-schema.ts'
import { findEndpoint } from '../webhooks/find-endpoint.ts'
import { WEBHOOK_STATES } from '../webhooks/tables.ts'

const querystring = Type.Object({
  state: Type.Optional(Type.Enum([...WEBHOOK_STATES])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
const response = {
  200: Type.Object({ items: Type.Array(WebhookDeliveryAnswer), nextCursor: Type.Union([Type.String(), Type.Null()]) }),
}

/** GET /v1/webhook-endpoints/{endpointId}/deliveries, the newest first. */
export function listWebhookDeliveries(app: App, ctx: Context): void {
  app.get(
    '/v1/webhook-endpoints/:endpointId/deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'List what was posted to an endpoint, the newest first',
        params: EndpointParams,
        querystring,
        response,
      },
    },
    async (request) => {
      const endpoint = await findEndpoint(ctx.db, request, request.params.endpointId)
      const { state, cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('webhook_delivery')
        .innerJoin('public_event', 'public_event.id', 'webhook_delivery.event_id')
        .select(WEBHOOK_DELIVERY_COLUMNS)
        .where('webhook_delivery.endpoint_id', '=', endpoint.id)
        .orderBy('webhook_delivery.created_at', 'desc')
        .orderBy('webhook_delivery.id', 'desc')
        .limit(limit + 1)
      if (state) query = query.where('webhook_delivery.state', '=', state)
      if (cursor) query = query.where(before(cursor))
      const rows = await query.execute()
      const items = rows.slice(0, limit).map(presentWebhookDelivery)
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor([last.createdAt, last.id]) : null }
    },
  )
}

/** What comes after a place in the list. A replay makes rows whose ids are in no order, so the time goes first. */
function before(cursor: string) {
  const [createdAt, id] = decodeCursor(cursor, 2)
  const time = new Date(String(createdAt))
  if (Number.isNaN(time.getTime())) {
    const errors = [{ pointer: 'cursor', detail: 'is not a cursor of this list' }]
    throw new DomainError('request-invalid', {}, { errors })
  }
  return sql<boolean>`(webhook_delivery.created_at, webhook_delivery.id) < (${time}, ${toUuid('whd', String(id))}::uuid)`
}
