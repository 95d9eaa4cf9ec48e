import { inTransaction } from '@guichet/database'
import { type App, assertIfMatch, etag, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Locale, PersonName, REFUSALS, UserView } from '../contract.ts'
import { lockUser, readUser } from '../users/user.ts'

const Body = Type.Object({ name: Type.Optional(PersonName), locale: Type.Optional(Locale) }, { minProperties: 1 })

/** PATCH /v1/users/me. The address and the password have routes of their own. */
export function updateProfileRoute(app: App, ctx: Context): void {
  app.patch(
    '/v1/users/me',
    { schema: { operationId: 'updateProfile', body: Body, response: { 200: UserView, ...REFUSALS } } },
    async (request, reply) => {
      const { name, locale } = request.body
      const user = await inTransaction(ctx.db, async (tx) => {
        const { id, version } = await lockUser(tx, toUuid('usr', userOf(request).userId))
        assertIfMatch(request, version)
        await tx
          .updateTable('user_account')
          .set({
            ...(name === undefined ? {} : { name: name.trim() }),
            ...(locale === undefined ? {} : { locale }),
            updated_at: ctx.now(),
            version: version + 1,
          })
          .where('id', '=', id)
          .execute()
        return readUser(tx, id)
      })
      reply.header('etag', etag(user.version))
      return user
    },
  )
}
