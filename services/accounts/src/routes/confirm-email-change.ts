import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Secret } from '../contract.ts'
import { confirmChange } from '../users/email-change.ts'
import { dropLinks } from '../users/one-time-link.ts'
import { lockUser } from '../users/user.ts'

const Body = Type.Object({ token: Secret })
const Answer = Type.Object({ email: Type.String() })

/**
 * POST /v1/users/me/email-change/confirmation. Takes the link from the new mailbox and a session of the account: whoever
 * reads a mail that was sent to a mistyped address has the one and not the other.
 */
export function confirmEmailChangeRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/users/me/email-change/confirmation',
    { schema: { operationId: 'confirmEmailChange', body: Body, response: { 200: Answer, ...REFUSALS } } },
    async (request, reply) => {
      const { userId } = userOf(request)
      await ctx.limits.take(reply, 'link', userId)
      const email = await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, toUuid('usr', userId))
        const deed = deedOf(request, ctx.now())
        const confirmed = await confirmChange(tx, deed, user, request.body.token)
        // Whoever reads the former mailbox has a link of his own now, and no other.
        await dropLinks(tx, user.id)
        await audit(tx, deed, 'user.email-changed', userId)
        return confirmed
      })
      await ctx.limits.giveBack('link', userId)
      return { email }
    },
  )
}
