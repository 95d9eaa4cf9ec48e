import { inTransaction } from '@guichet/database'
import { type App, authorize, toUuid, userOf } from '@guichet/server'
import { deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { MemberParams, NoContent, REFUSALS } from '../contract.ts'
import { setRole } from '../organizers/set-role.ts'

/** DELETE /v1/organizers/{organizerId}/members/{userId}. Owners remove anyone; anyone leaves, for nobody asked before adding. */
export function removeMemberRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/organizers/:organizerId/members/:userId',
    { schema: { operationId: 'removeMember', params: MemberParams, response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { organizerId, userId } = request.params
      if (userOf(request).userId !== userId) authorize(request, 'member.write', organizerId)
      const organizerUuid = toUuid('org', organizerId)
      const userUuid = toUuid('usr', userId)
      await inTransaction(ctx.db, (tx) =>
        setRole(tx, deedOf(request, ctx.now()), { organizerUuid, userUuid, role: null, expected: 'member' }),
      )
      return reply.code(204).send(null)
    },
  )
}
