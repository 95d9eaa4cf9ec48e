import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, PasswordText, REFUSALS } from '../contract.ts'
import { assertPasswordAcceptable } from '../passwords/password-policy.ts'
import { revokeSessions } from '../sessions/session.ts'
import { announcePassword } from '../users/announce-password.ts'
import { checkPassword } from '../users/check-password.ts'
import { withdrawChange } from '../users/email-change.ts'
import { dropLinks } from '../users/one-time-link.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ currentPassword: Type.Optional(PasswordText), newPassword: PasswordText })

/** PUT /v1/users/me/password. Ends the user's other sessions; this one goes on (with its refresh token). */
export function changePasswordRoute(app: App, ctx: Context): void {
  app.put(
    '/v1/users/me/password',
    { schema: { operationId: 'changePassword', body: Body, response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { userId, sessionId } = userOf(request)
      const uuid = toUuid('usr', userId)
      const checked = await checkPassword(ctx, reply, uuid, request.body.currentPassword)
      const { newPassword } = request.body
      assertPasswordAcceptable(newPassword, {})
      const passwordHash = await ctx.passwords.hash(newPassword)
      await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, uuid)
        // Changed by someone else while we hashed: what was checked is no longer the password.
        if (user.password_hash !== checked) throw new DomainError('password-wrong')
        assertPasswordAcceptable(newPassword, user)
        await tx
          .updateTable('user_account')
          .set({ password_hash: passwordHash, updated_at: ctx.now(), version: user.version + 1 })
          .where('id', '=', uuid)
          .execute()
        await dropLinks(tx, uuid, 'password-reset')
        await withdrawChange(tx, uuid)
        await revokeSessions(tx, ctx, uuid, 'password-changed', { exceptSessionUuid: toUuid('ses', sessionId) })
        await announcePassword(tx, uuid, 'changed', ctx.now())
        await audit(tx, deedOf(request, ctx.now()), 'user.password-changed', userId)
      })
      return reply.code(204).send(null)
    },
  )
}
