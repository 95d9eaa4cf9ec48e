import { inTransaction } from '@guichet/database'
import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { MemberParams, MemberView, REFUSALS, RoleName } from '../contract.ts'
import { readMember } from '../organizers/members.ts'
import { setRole } from '../organizers/set-role.ts'

const Body = Type.Object({ role: RoleName })

/** PATCH /v1/organizers/{organizerId}/members/{userId}. */
export function changeMemberRoleRoute(app: App, ctx: Context): void {
  app.patch(
    '/v1/organizers/:organizerId/members/:userId',
    {
      schema: {
        operationId: 'changeMemberRole',
        params: MemberParams,
        body: Body,
        response: { 200: MemberView, ...REFUSALS },
      },
    },
    async (request) => {
      const { organizerId, userId } = request.params
      authorize(request, 'member.write', organizerId)
      const organizerUuid = toUuid('org', organizerId)
      const userUuid = toUuid('usr', userId)
      return inTransaction(ctx.db, async (tx) => {
        const { role } = request.body
        await setRole(tx, deedOf(request, ctx.now()), { organizerUuid, userUuid, role, expected: 'member' })
        return readMember(tx, organizerUuid, userUuid)
      })
    },
  )
}
