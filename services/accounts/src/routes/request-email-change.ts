import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { EmailText, PasswordText, PendingEmailView, REFUSALS } from '../contract.ts'
import { limitMail } from '../rate-limits.ts'
import { checkPassword } from '../users/check-password.ts'
import { emailKey, parseEmail } from '../users/email.ts'
import { askForChange } from '../users/email-change.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ email: EmailText, password: PasswordText })

/** PUT /v1/users/me/email-change. Nothing changes before somebody opens the link that is mailed to the new address. */
export function requestEmailChangeRoute(app: App, ctx: Context): void {
  app.put(
    '/v1/users/me/email-change',
    { schema: { operationId: 'requestEmailChange', body: Body, response: { 202: PendingEmailView, ...REFUSALS } } },
    async (request, reply) => {
      const { userId } = userOf(request)
      const uuid = toUuid('usr', userId)
      const email = parseEmail(request.body.email)
      const checked = await checkPassword(ctx, reply, uuid, request.body.password)
      await ctx.limits.take(reply, 'email-change', userId)
      await limitMail(ctx.limits, request, reply, email)
      const pending = await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, uuid)
        if (user.admin) throw new DomainError('email-fixed')
        // Changed by someone else while we hashed: what was checked is no longer the password.
        if (user.password_hash !== checked) throw new DomainError('password-wrong')
        if (emailKey(user.email ?? '') === email.key) throw new DomainError('email-unchanged')
        const now = ctx.now()
        await audit(tx, deedOf(request, now), 'user.email-change-requested', userId)
        return askForChange(tx, uuid, email, now)
      })
      return reply.code(202).send(pending)
    },
  )
}
