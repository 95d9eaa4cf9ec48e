import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, senderOf } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { PasswordText, REFUSALS, Secret } from '../contract.ts'
import { assertPasswordAcceptable } from '../passwords/password-policy.ts'
import { revokeSessions } from '../sessions/session.ts'
import { announcePassword } from '../users/announce-password.ts'
import { undoChange, userOfUndoLink } from '../users/email-change.ts'
import { dropLinks } from '../users/one-time-link.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ token: Secret, password: PasswordText })
const Answer = Type.Object({ email: Type.String() })

/**
 * POST /v1/email-change-undos. For who reads the former mailbox. With a new password and the end of every session: whoever
 * changed the address knew the password.
 */
export function undoEmailChangeRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/email-change-undos',
    { schema: { operationId: 'undoEmailChange', body: Body, response: { 200: Answer, ...REFUSALS } } },
    async (request, reply) => {
      const { token, password } = request.body
      const sender = senderOf(request)
      await ctx.limits.take(reply, 'link', sender)
      assertPasswordAcceptable(password, {})
      const passwordHash = await ctx.passwords.hash(password)
      const email = await inTransaction(ctx.db, async (tx) => {
        const deed = deedOf(request, ctx.now())
        const uuid = await userOfUndoLink(tx, token)
        if (uuid === undefined) throw new DomainError('link-invalid')
        const user = await lockUser(tx, uuid)
        const restored = await undoChange(tx, deed, uuid, token)
        // A refusal rolls back, so the link still works for a better password.
        assertPasswordAcceptable(password, { email: restored, name: user.name })
        await tx.updateTable('user_account').set({ password_hash: passwordHash }).where('id', '=', uuid).execute()
        await dropLinks(tx, uuid)
        await revokeSessions(tx, ctx, uuid, 'email-change-undone')
        await announcePassword(tx, uuid, 'reset', deed.at)
        await audit(tx, deed, 'user.email-change-undone', userIdOf(uuid))
        return restored
      })
      await ctx.limits.giveBack('link', sender)
      return { email }
    },
  )
}
