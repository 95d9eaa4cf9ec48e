import { DomainError } from '@guichet/problem'
import { type App, authorize, decodeCursor, encodeCursor, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { DELIVERY_COLUMNS, Delivery, deliveryAnswer } from '../deliveries/delivery-answer.ts'
import { STATES } from '../kinds.ts'

const idOf = (prefix: string) => Type.String({ pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$` })

const querystring = Type.Object({
  organizerId: Type.Optional(idOf('org')),
  orderId: Type.Optional(idOf('ord')),
  state: Type.Optional(Type.Enum([...STATES])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
const response = {
  200: Type.Object({ items: Type.Array(Delivery), nextCursor: Type.Union([Type.String(), Type.Null()]) }),
}

/** GET /v1/deliveries, the newest first. Only the platform's administrator may leave out the organizer. */
export function listDeliveries(app: App, ctx: Context): void {
  app.get(
    '/v1/deliveries',
    { schema: { operationId: 'listDeliveries', summary: 'List messages, the newest first', querystring, response } },
    async (request) => {
      const { organizerId, orderId, state, cursor, limit = 50 } = request.query
      if (organizerId) authorize(request, 'delivery.read', organizerId)
      else if (!userOf(request).admin) throw organizerMissing()

      let query = ctx.db
        .selectFrom('delivery')
        .select(DELIVERY_COLUMNS)
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (organizerId) query = query.where('organizer_id', '=', toUuid('org', organizerId))
      if (orderId) query = query.where('order_id', '=', toUuid('ord', orderId))
      if (state) query = query.where('state', '=', state)
      if (cursor) query = query.where('id', '<', toUuid('dlv', String(decodeCursor(cursor, 1)[0])))
      const rows = await query.execute()

      const items = rows.slice(0, limit).map((row) => deliveryAnswer(row, request))
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor([last.id]) : null }
    },
  )
}

function organizerMissing(): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer: 'organizerId', detail: 'is required' }] })
}
