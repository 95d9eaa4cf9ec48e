import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, senderOf } from '@guichet/server'
import { Type } from 'typebox'
import { userIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Secret } from '../contract.ts'
import { redeemLink } from '../users/one-time-link.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ token: Secret })
const Answer = Type.Object({ email: Type.String() })

/** POST /v1/email-confirmations. Whoever holds the link reads the mail of that address. */
export function confirmEmailRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/email-confirmations',
    { schema: { operationId: 'confirmEmail', body: Body, response: { 200: Answer, ...REFUSALS } } },
    async (request, reply) => {
      const sender = senderOf(request)
      await ctx.limits.take(reply, 'link', sender)
      const answer = await inTransaction(ctx.db, async (tx) => {
        const now = ctx.now()
        const uuid = await redeemLink(tx, 'email-confirmation', request.body.token, now)
        if (uuid === null) throw new DomainError('link-invalid')
        const user = await lockUser(tx, uuid)
        await tx
          .updateTable('user_account')
          .set((row) => ({ email_confirmed_at: now, updated_at: now, version: row('version', '+', 1) }))
          .where('id', '=', uuid)
          .execute()
        await audit(tx, deedOf(request, now), 'user.email-confirmed', userIdOf(uuid))
        return { email: user.email ?? '' }
      })
      await ctx.limits.giveBack('link', sender)
      return answer
    },
  )
}
