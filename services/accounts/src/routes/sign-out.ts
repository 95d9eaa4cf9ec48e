import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, REFUSALS } from '../contract.ts'
import { revokeSessions } from '../sessions/session.ts'
import { lockUser } from '../users/user.ts'

/** DELETE /v1/sessions/current. */
export function signOutRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/sessions/current',
    { schema: { operationId: 'signOut', response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { userId, sessionId } = userOf(request)
      await inTransaction(ctx.db, async (tx) => {
        const user = await lockUser(tx, toUuid('usr', userId))
        await revokeSessions(tx, ctx, user.id, 'signed-out', { sessionUuid: toUuid('ses', sessionId) })
        await audit(tx, deedOf(request, ctx.now()), 'session.closed', sessionId)
      })
      return reply.code(204).send(null)
    },
  )
}
