import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { DELIVERY_COLUMNS, Delivery, type DeliveryRow, deliveryAnswer } from '../deliveries/delivery-answer.ts'
import { findDelivery } from '../deliveries/find-delivery.ts'

const params = Type.Object({ deliveryId: Type.String() })
const response = { 200: Delivery }

/** POST /v1/deliveries/{deliveryId}/retry: due now, with all its time again. Repeating it changes nothing more. */
export function retryDelivery(app: App, ctx: Context): void {
  app.post(
    '/v1/deliveries/:deliveryId/retry',
    { schema: { operationId: 'retryDelivery', summary: 'Send a message that failed or waits', params, response } },
    async (request) => {
      const found = await findDelivery(ctx.db, request, 'delivery.retry', request.params.deliveryId)
      const row = await inTransaction(ctx.db, (tx) => makeDue(tx, found.id, ctx.now()))
      return deliveryAnswer(row, request)
    },
  )
}

async function makeDue(tx: Tx, id: string, now: Date): Promise<DeliveryRow> {
  const row = await tx
    .selectFrom('delivery')
    .select(['state', 'sent_at', 'attempts', 'next_attempt_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (row.sent_at) throw new DomainError('already-sent', { sentAt: row.sent_at?.toISOString() ?? null })
  // Under a running lease a sender may be half through; when the lease is over, it is due by itself.
  if (row.state === 'sending' && row.next_attempt_at > now) throw new DomainError('being-sent')
  return tx
    .updateTable('delivery')
    .set({
      state: row.attempts === 0 ? 'pending' : 'retrying',
      next_attempt_at: now,
      first_refused_at: null,
      skip_reason: null,
      lease: null,
    })
    .where('id', '=', id)
    .returning(DELIVERY_COLUMNS)
    .executeTakeFirstOrThrow()
}
