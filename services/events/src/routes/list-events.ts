import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, decodeCursor, encodeCursor } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { isInstant } from '../events/content.ts'
import { FilterSchema, visibleEvents } from '../events/list.ts'
import { presentSummary } from '../events/present.ts'
import { EventSummarySchema } from '../events/schemas.ts'
import { SUMMARY_COLUMNS } from '../events/store.ts'

const Query = Type.Object({
  ...FilterSchema.properties,
  cursor: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})

export function listEvents(app: App, ctx: Context): void {
  app.get(
    '/v1/events',
    {
      schema: {
        operationId: 'listEvents',
        summary: 'Events by start, with filters.',
        querystring: Query,
        response: {
          200: Type.Object({
            items: Type.Array(EventSummarySchema),
            nextCursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { cursor, limit = 50, ...filter } = request.query
      let query = ctx.db
        .selectFrom('event')
        .select(SUMMARY_COLUMNS)
        .where(visibleEvents(filter, request.principal, ctx.now()))
        .orderBy('starts_at')
        .orderBy('id')
        .limit(limit + 1)
      if (cursor !== undefined) {
        // By position and not by count: events added or removed meanwhile make no page repeat or skip another.
        const { startsAt, id } = positionOf(cursor)
        query = query.where(sql<boolean>`(starts_at, id) > (${startsAt}, ${id}::uuid)`)
      }
      const rows = await query.execute()
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return {
        items: items.map(presentSummary),
        nextCursor: last ? encodeCursor([last.starts_at.getTime(), last.id]) : null,
      }
    },
  )
}

/** A UUID as PostgreSQL takes it: nothing that a client makes up may be its error. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function positionOf(cursor: string): { startsAt: Date; id: string } {
  const [ms, id] = decodeCursor(cursor, 2)
  const startsAt = new Date(Number(ms))
  if (!isInstant(startsAt) || typeof id !== 'string' || !UUID.test(id)) {
    throw new DomainError(
      'request-invalid',
      {},
      { errors: [{ pointer: 'cursor', detail: 'is not a cursor of this list' }] },
    )
  }
  return { startsAt, id }
}
