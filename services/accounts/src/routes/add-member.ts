import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { EmailText, MemberView, OrganizerParams, REFUSALS, RoleName } from '../contract.ts'
import { readMember } from '../organizers/members.ts'
import { setRole } from '../organizers/set-role.ts'
import { findByEmail } from '../users/account-request.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object({ email: EmailText, role: RoleName })

/** POST /v1/organizers/{organizerId}/members. Bounded, because its refusal tells that an address has no account. */
export function addMemberRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/members',
    {
      schema: {
        operationId: 'addMember',
        params: OrganizerParams,
        body: Body,
        response: { 201: MemberView, ...REFUSALS },
      },
    },
    async (request, reply) => {
      const caller = authorize(request, 'member.write', request.params.organizerId)
      const { email } = parseEmail(request.body.email)
      await ctx.limits.take(reply, 'invitation', caller.userId)
      const organizerUuid = toUuid('org', request.params.organizerId)
      const member = await inTransaction(ctx.db, async (tx) => {
        const user = await findByEmail(tx, email)
        if (!user?.email_confirmed_at) throw new DomainError('member-unknown')
        const change = { organizerUuid, userUuid: user.id, role: request.body.role, expected: 'new' } as const
        await setRole(tx, deedOf(request, ctx.now()), change)
        return readMember(tx, organizerUuid, user.id)
      })
      return reply.code(201).send(member)
    },
  )
}
