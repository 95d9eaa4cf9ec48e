import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Db } from '../db.ts'
import { WEBHOOK_DELIVERY_COLUMNS } from './delivery-schema.ts'

/** The delivery with its event, to someone with the permission; to a stranger the same `not-found` as for nothing. */
export async function findWebhookDelivery(db: Db, request: FastifyRequest, deliveryId: string) {
  const row = await db
    .selectFrom('webhook_delivery')
    .innerJoin('public_event', 'public_event.id', 'webhook_delivery.event_id')
    .select(WEBHOOK_DELIVERY_COLUMNS)
    .select(['public_event.organizer_id', 'public_event.occurred_at', 'public_event.data'])
    .where('webhook_delivery.id', '=', toUuid('whd', deliveryId))
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  authorize(request, 'webhook.write', toId('org', row.organizer_id))
  return row
}
