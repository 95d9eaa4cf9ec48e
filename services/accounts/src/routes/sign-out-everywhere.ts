import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, REFUSALS } from '../contract.ts'
import { revokeSessions } from '../sessions/session.ts'
import { lockUser } from '../users/user.ts'

/** DELETE /v1/sessions. Every device of the user, this one too. */
export function signOutEverywhereRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/sessions',
    { schema: { operationId: 'signOutEverywhere', response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { userId } = userOf(request)
      await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, toUuid('usr', userId))
        await revokeSessions(tx, ctx, user.id, 'signed-out-everywhere')
        await audit(tx, deedOf(request, ctx.now()), 'session.all-closed', userId)
      })
      return reply.code(204).send(null)
    },
  )
}
