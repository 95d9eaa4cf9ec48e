import { type App, etag, toUuid, userOf } from '@guichet/server'
import type { Context } from '../context.ts'
import { REFUSALS, UserView } from '../contract.ts'
import { readUser } from '../users/user.ts'

/** GET /v1/users/me. */
export function getProfileRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/users/me',
    { schema: { operationId: 'getProfile', response: { 200: UserView, ...REFUSALS } } },
    async (request, reply) => {
      const user = await readUser(ctx.db, toUuid('usr', userOf(request).userId))
      reply.header('etag', etag(user.version))
      return user
    },
  )
}
