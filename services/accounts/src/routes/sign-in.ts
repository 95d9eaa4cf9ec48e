import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, senderOf } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { EmailText, PasswordText, REFUSALS, SessionView } from '../contract.ts'
import { openSession } from '../sessions/session.ts'
import { findByEmail } from '../users/account-request.ts'
import { emailKey } from '../users/email.ts'
import { lockUserIfAny } from '../users/user.ts'

const Body = Type.Object({ email: EmailText, password: PasswordText })

/** POST /v1/sessions. An unknown address costs and says the same as a wrong password. */
export function signInRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/sessions',
    { schema: { operationId: 'signIn', body: Body, response: { 201: SessionView, ...REFUSALS } } },
    async (request, reply) => {
      const { email, password } = request.body
      const sender = senderOf(request)
      const account = `${sender} ${emailKey(email)}`
      await ctx.limits.take(reply, 'sign-in-sender', sender)
      await ctx.limits.take(reply, 'sign-in', account)

      const user = await findByEmail(ctx.db, email)
      const { right, newHash } = await ctx.passwords.verify(password, user?.password_hash)
      const deed = deedOf(request, ctx.now())
      const refuse = async (because: 'credentials-invalid' | 'email-unconfirmed') => {
        const target = user ? userIdOf(user.id) : null
        await inTransaction(ctx.db, (tx) => audit(tx, deed, 'session.refused', target, { because }))
        return new DomainError(because)
      }
      if (!right || !user) throw await refuse('credentials-invalid')
      await ctx.limits.clear('sign-in', account)
      await ctx.limits.giveBack('sign-in-sender', sender)
      if (!user.email_confirmed_at) throw await refuse('email-unconfirmed')
      const session = await inTransaction(ctx.db, async (tx) => {
        const locked = await lockUserIfAny(tx, user.id)
        // Reset or erased while we hashed: what was checked is no longer the password.
        if (locked?.password_hash !== user.password_hash) throw new DomainError('credentials-invalid')
        if (newHash) {
          await tx.updateTable('user_account').set({ password_hash: newHash }).where('id', '=', user.id).execute()
        }
        const opened = await openSession(tx, ctx, user.id)
        await audit(tx, deed, 'session.opened', opened.sessionId, { userId: opened.user.id })
        return opened
      })
      return reply.code(201).send(session)
    },
  )
}
