import { inTransaction } from '@guichet/database'
import { type App, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { NoContent, PasswordText, REFUSALS } from '../contract.ts'
import { checkPassword } from '../users/check-password.ts'
import { eraseUser } from '../users/erase-user.ts'

const Body = Type.Object({ password: PasswordText })

/** DELETE /v1/users/me. The account is emptied, and the other services are told to forget. */
export function deleteProfileRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/users/me',
    { schema: { operationId: 'deleteProfile', body: Body, response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const { userId } = userOf(request)
      const uuid = toUuid('usr', userId)
      await checkPassword(ctx, reply, uuid, request.body.password)
      await inTransaction(ctx.db, async (tx) => {
        await eraseUser(tx, ctx, uuid)
        await audit(tx, deedOf(request, ctx.now()), 'user.erased', userId)
      })
      return reply.code(204).send(null)
    },
  )
}
