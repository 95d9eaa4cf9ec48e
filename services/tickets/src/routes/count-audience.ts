import { sql } from '@guichet/database'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { AudienceHeaders, membersOf, ownEvent, SegmentQuery, withHolders } from '../audience/segment.ts'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'

const Answer = Type.Object({
  orders: Type.Integer(),
  recipients: Type.Integer({ description: 'Different addresses, whatever their case.' }),
  byLocale: Type.Object({ en: Type.Integer(), fr: Type.Integer() }, { description: 'By the first order of each.' }),
})

/** GET /v1/internal/events/:eventId/audience-count — how many a message to many would go to. */
export function countAudience(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/events/:eventId/audience-count',
    {
      schema: {
        operationId: 'countAudience',
        summary: 'How many a message to many goes to',
        params: EventParams,
        headers: AudienceHeaders,
        querystring: SegmentQuery,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const eventUuid = await ownEvent(ctx, request.params.eventId, request.query.organizerId)
      const segment = { ...request.query, ...withHolders(request.headers) }
      const { rows } = await sql<{ orders: number; en: number; fr: number }>`
        with member as materialized (select order_id, email, locale from ${membersOf(eventUuid, segment)} as member)
        select (select count(distinct order_id) from member)::int as orders,
               count(*) filter (where locale <> 'fr')::int as en, count(*) filter (where locale = 'fr')::int as fr
          from (select (array_agg(locale order by order_id))[1] as locale from member group by lower(email)) as recipient
      `.execute(ctx.db)
      const { orders, en, fr } = rows[0] ?? { orders: 0, en: 0, fr: 0 }
      return { orders, recipients: en + fr, byLocale: { en, fr } }
    },
  )
}
