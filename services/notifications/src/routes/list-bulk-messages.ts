import { type App, authorize, decodeCursor, encodeCursor, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { BULK_COLUMNS } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer } from '../bulk-messages/bulk-schema.ts'
import { presentBulkMessages } from '../bulk-messages/present-bulk.ts'
import { BULK_STATES } from '../bulk-messages/tables.ts'
import type { Context } from '../context.ts'

const querystring = Type.Object({
  organizerId: Type.String(),
  eventId: Type.Optional(Type.String()),
  state: Type.Optional(Type.Enum([...BULK_STATES])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
const response = {
  200: Type.Object({ items: Type.Array(BulkMessageAnswer), nextCursor: Type.Union([Type.String(), Type.Null()]) }),
}

/** GET /v1/bulk-messages of an organizer, the newest first. */
export function listBulkMessages(app: App, ctx: Context): void {
  app.get(
    '/v1/bulk-messages',
    { schema: { operationId: 'listBulkMessages', summary: 'List messages to many', querystring, response } },
    async (request) => {
      const { organizerId, eventId, state, cursor, limit = 50 } = request.query
      authorize(request, 'message.read', organizerId)
      let query = ctx.db
        .selectFrom('bulk_message')
        .select(BULK_COLUMNS)
        .where('organizer_id', '=', toUuid('org', organizerId))
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (eventId) query = query.where('event_id', '=', toUuid('evt', eventId))
      if (state) query = query.where('state', '=', state)
      if (cursor) query = query.where('id', '<', toUuid('blk', String(decodeCursor(cursor, 1)[0])))
      const rows = await query.execute()
      const items = await presentBulkMessages(ctx.db, rows.slice(0, limit))
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor([last.id]) : null }
    },
  )
}
