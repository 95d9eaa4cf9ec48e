import { type App, authorize, decodeCursor, encodeCursor, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'
import { MemberView, NextCursor, OrganizerParams, Page, REFUSALS } from '../contract.ts'
import { listMembers } from '../organizers/members.ts'
import { readOrganizer } from '../organizers/organizer.ts'

const Answer = Type.Object({ items: Type.Array(MemberView), nextCursor: NextCursor })

/** GET /v1/organizers/{organizerId}/members. */
export function listMembersRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/members',
    {
      schema: {
        operationId: 'listMembers',
        params: OrganizerParams,
        querystring: Page,
        response: { 200: Answer, ...REFUSALS },
      },
    },
    async (request) => {
      authorize(request, 'member.read', request.params.organizerId)
      const { cursor, limit = 50 } = request.query
      const after = cursor === undefined ? undefined : toUuid('usr', String(decodeCursor(cursor, 1)[0]))
      // The administrator is a member of none, so only here he learns that there is no such organizer.
      const organizer = await readOrganizer(ctx.db, toUuid('org', request.params.organizerId))
      const { items, last } = await listMembers(ctx.db, organizer.id, limit, after)
      return { items, nextCursor: last === undefined ? null : encodeCursor([userIdOf(last)]) }
    },
  )
}
