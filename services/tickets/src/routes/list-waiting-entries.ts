import { DomainError } from '@guichet/problem'
import { type App, authorize, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { countEntries } from '../waiting-list/count-entries.ts'
import { EntryPage, EntryPageQuery } from '../waiting-list/entry-schema.ts'
import { presentEntries } from '../waiting-list/present-entry.ts'

/** GET /v1/events/:eventId/waiting-list — for members with order.read, in the order in which places are offered. */
export function listWaitingEntries(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/waiting-list',
    {
      schema: {
        operationId: 'listWaitingEntries',
        params: EventParams,
        querystring: EntryPageQuery,
        response: { 200: EntryPage },
      },
    },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'order.read', toId('org', event.organizer_id))
      const { cursor, limit = 50, state, ticketTypeId } = request.query
      let query = ctx.db
        .selectFrom('waiting_entry')
        .select(COLUMNS.waiting_entry)
        .where('event_id', '=', event.event_id)
      if (state) query = query.where('state', '=', state)
      if (ticketTypeId) query = query.where('ticket_type_id', '=', toUuid('typ', ticketTypeId))
      if (cursor) query = query.where('id', '>', toUuid('wle', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        items: await presentEntries(ctx.db, page),
        nextCursor: rows.length > limit && last ? encodeCursor([toId('wle', last.id)]) : null,
        counts: await countEntries(ctx.db, event.event_id),
      }
    },
  )
}
