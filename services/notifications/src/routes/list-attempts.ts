import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { findDelivery } from '../deliveries/find-delivery.ts'

const params = Type.Object({ deliveryId: Type.String() })
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })
const Attempt = Type.Object({
  number: Type.Integer(),
  beganAt: instant,
  /** Null while it goes on. */
  endedAt: nullable(instant),
  /** `unknown`: no answer came, so the message may have been taken. */
  outcome: nullable(Type.Enum(['sent', 'put-off', 'refused', 'unknown'])),
  /** The provider's words, addresses masked. */
  reply: nullable(Type.String()),
})
const response = { 200: Type.Object({ items: Type.Array(Attempt) }) }
const SHOWN_MAX = 100

/** GET /v1/deliveries/{deliveryId}/attempts: the send journal of one message, the latest first. */
export function listAttempts(app: App, ctx: Context): void {
  app.get(
    '/v1/deliveries/:deliveryId/attempts',
    { schema: { operationId: 'listAttempts', summary: 'List the conversations about a message', params, response } },
    async (request) => {
      const { id } = await findDelivery(ctx.db, request, 'delivery.read', request.params.deliveryId)
      const rows = await ctx.db
        .selectFrom('attempt')
        .select(['number', 'began_at', 'ended_at', 'outcome', 'reply'])
        .where('delivery_id', '=', id)
        .orderBy('number', 'desc')
        .limit(SHOWN_MAX)
        .execute()
      return {
        items: rows.map(({ number, began_at, ended_at, outcome, reply }) => ({
          number,
          beganAt: began_at.toISOString(),
          endedAt: ended_at?.toISOString() ?? null,
          outcome,
          reply,
        })),
      }
    },
  )
}
