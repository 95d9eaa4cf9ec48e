import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Delivery, deliveryAnswer } from '../deliveries/delivery-answer.ts'
import { findDelivery } from '../deliveries/find-delivery.ts'

const params = Type.Object({ deliveryId: Type.String() })
const response = { 200: Delivery }

/** GET /v1/deliveries/{deliveryId} */
export function getDelivery(app: App, ctx: Context): void {
  app.get(
    '/v1/deliveries/:deliveryId',
    { schema: { operationId: 'getDelivery', summary: 'Get one message’s state', params, response } },
    async (request) => {
      const row = await findDelivery(ctx.db, request, 'delivery.read', request.params.deliveryId)
      return deliveryAnswer(row, request)
    },
  )
}
