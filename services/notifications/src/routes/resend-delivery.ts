import { inTransaction } from '@guichet/database'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Delivery, deliveryAnswer } from '../deliveries/delivery-answer.ts'
import { findDelivery } from '../deliveries/find-delivery.ts'
import { resend } from '../deliveries/resend.ts'

const params = Type.Object({ deliveryId: Type.String() })
const response = { 200: Delivery }

/**
 * POST /v1/deliveries/{deliveryId}/resend: the same message once more, to the address that is known now. Answers with the
 * delivery that will do it; repeating it before that one is sent changes nothing.
 */
export function resendDelivery(app: App, ctx: Context): void {
  app.post(
    '/v1/deliveries/:deliveryId/resend',
    { schema: { operationId: 'resendDelivery', summary: 'Send a message once more', params, response } },
    async (request) => {
      const found = await findDelivery(ctx.db, request, 'delivery.retry', request.params.deliveryId)
      const row = await inTransaction(ctx.db, (tx) => resend(tx, found.id, ctx.now()))
      return deliveryAnswer(row, request)
    },
  )
}
