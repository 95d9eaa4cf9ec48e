import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'
import { OrganizerParams, REFUSALS } from '../contract.ts'
import { readOrganizer } from '../organizers/organizer.ts'

const Answer = Type.Object({ items: Type.Array(Type.Object({ userId: Type.String() })) })

/** GET /v1/internal/organizers/{organizerId}/owners: who is told what an organizer must not miss. Their addresses come with the link. */
export function listOwnersRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/organizers/:organizerId/owners',
    { schema: { operationId: 'listOwners', params: OrganizerParams, response: { 200: Answer, ...REFUSALS } } },
    async (request) => {
      const organizer = await readOrganizer(ctx.db, toUuid('org', request.params.organizerId))
      const rows = await ctx.db
        .selectFrom('membership')
        .select('user_id')
        .where('organizer_id', '=', organizer.id)
        .where('role', '=', 'owner')
        .orderBy('user_id')
        .execute()
      return { items: rows.map((row) => ({ userId: userIdOf(row.user_id) })) }
    },
  )
}
