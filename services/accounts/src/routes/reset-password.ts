import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, senderOf } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, PasswordText, REFUSALS, Secret } from '../contract.ts'
import { assertPasswordAcceptable } from '../passwords/password-policy.ts'
import { revokeSessions } from '../sessions/session.ts'
import { announcePassword } from '../users/announce-password.ts'
import { withdrawChange } from '../users/email-change.ts'
import { dropLinks, redeemLink } from '../users/one-time-link.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ token: Secret, password: PasswordText })

/** POST /v1/password-resets. Ends every session: whoever knew the old password may be in one. */
export function resetPasswordRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/password-resets',
    { schema: { operationId: 'resetPassword', body: Body, response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { token, password } = request.body
      const sender = senderOf(request)
      await ctx.limits.take(reply, 'link', sender)
      assertPasswordAcceptable(password, {})
      const passwordHash = await ctx.passwords.hash(password)
      await inTransaction(ctx.db, async (tx) => {
        const now = ctx.now()
        const uuid = await redeemLink(tx, 'password-reset', token, now)
        if (uuid === null) throw new DomainError('link-invalid')
        const user = await lockUser(tx, uuid)
        // A refusal rolls back, so the link still works for a better password.
        assertPasswordAcceptable(password, user)
        await tx
          .updateTable('user_account')
          .set((row) => ({
            password_hash: passwordHash,
            // The link came by mail, so it also shows whose address it is.
            email_confirmed_at: user.email_confirmed_at ?? now,
            updated_at: now,
            version: row('version', '+', 1),
          }))
          .where('id', '=', uuid)
          .execute()
        await dropLinks(tx, uuid)
        await withdrawChange(tx, uuid)
        await revokeSessions(tx, ctx, uuid, 'password-changed')
        await announcePassword(tx, uuid, 'reset', now)
        await audit(tx, deedOf(request, now), 'user.password-reset', userIdOf(uuid))
      })
      await ctx.limits.giveBack('link', sender)
      return reply.code(204).send(null)
    },
  )
}
