import { type App, decodeCursor, encodeCursor, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { NextCursor, OrganizerView, Page, REFUSALS } from '../contract.ts'
import { describeOrganizer } from '../organizers/organizer.ts'

const Answer = Type.Object({ items: Type.Array(OrganizerView), nextCursor: NextCursor })

/** GET /v1/organizers. The caller's own; the administrator sees all. */
export function listOrganizersRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers',
    { schema: { operationId: 'listOrganizers', querystring: Page, response: { 200: Answer, ...REFUSALS } } },
    async (request) => {
      const user = userOf(request)
      const { cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('organizer')
        .select(['id', 'name', 'contact_email', 'version', 'created_at'])
        .orderBy('id')
        .limit(limit + 1)
      if (!user.admin) {
        query = query.where('id', 'in', (row) =>
          row.selectFrom('membership').select('organizer_id').where('user_id', '=', toUuid('usr', user.userId)),
        )
      }
      if (cursor !== undefined) query = query.where('id', '>', toUuid('org', String(decodeCursor(cursor, 1)[0])))
      const rows = await query.execute()
      const items = rows.slice(0, limit).map(describeOrganizer)
      const last = rows.length > limit ? items.at(-1) : undefined
      return { items, nextCursor: last ? encodeCursor([last.id]) : null }
    },
  )
}
