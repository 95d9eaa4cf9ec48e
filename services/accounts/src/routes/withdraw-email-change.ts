import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, REFUSALS } from '../contract.ts'
import { withdrawChange } from '../users/email-change.ts'
import { lockUser } from '../users/user.ts'

/** DELETE /v1/users/me/email-change. The link that was mailed no longer works; done twice, or without a wish, it is the same. */
export function withdrawEmailChangeRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/users/me/email-change',
    { schema: { operationId: 'withdrawEmailChange', response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { userId } = userOf(request)
      await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, toUuid('usr', userId))
        if (!(await withdrawChange(tx, user.id))) return
        await audit(tx, deedOf(request, ctx.now()), 'user.email-change-withdrawn', userId)
      })
      return reply.code(204).send(null)
    },
  )
}
