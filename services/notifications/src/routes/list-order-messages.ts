import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { createHolders, OrderHeaders, OrderParams } from '../deliveries/order-secret.ts'
import { CHANNELS, KINDS, STATES } from '../kinds.ts'
import { mask } from '../mail/address.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })
const response = {
  200: Type.Object({
    items: Type.Array(
      Type.Object({
        kind: Type.Enum([...KINDS]),
        channel: Type.Enum([...CHANNELS]),
        state: Type.Enum([...STATES]),
        /** Masked: an earlier address may be a stranger's. */
        recipient: nullable(Type.String()),
        sentAt: nullable(instant),
        createdAt: instant,
      }),
    ),
  }),
}

/** GET /v1/orders/{orderId}/messages: what was sent about an order, for whoever holds its secret; the latest first. */
export function listOrderMessages(app: App, ctx: Context): void {
  const holder = createHolders(ctx)
  app.get(
    '/v1/orders/:orderId/messages',
    {
      schema: {
        operationId: 'listOrderMessages',
        summary: 'List what was sent about an order, for its buyer',
        params: OrderParams,
        headers: OrderHeaders,
        response,
      },
    },
    async (request, reply) => {
      const uuid = await holder(request, reply)
      const rows = await ctx.db
        .selectFrom('delivery')
        .select(['kind', 'channel', 'state', 'recipient_address', 'sent_at', 'created_at'])
        .where('order_id', '=', uuid)
        // Not what went to those whom tickets were passed on to.
        .where('ticket_id', 'is', null)
        .orderBy('id', 'desc')
        .limit(50)
        .execute()
      return {
        items: rows.map((row) => ({
          kind: row.kind,
          channel: row.channel,
          state: row.state,
          recipient: row.recipient_address && mask(row.recipient_address),
          sentAt: row.sent_at?.toISOString() ?? null,
          createdAt: row.created_at.toISOString(),
        })),
      }
    },
  )
}
