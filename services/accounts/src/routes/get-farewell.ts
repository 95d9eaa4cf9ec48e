import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Locale, REFUSALS } from '../contract.ts'

const Params = Type.Object({ farewellId: Type.String({ maxLength: 100 }) })
const Answer = Type.Object({ email: Type.String(), name: Type.String(), locale: Locale })

/** GET /v1/internal/farewells/{farewellId}. Whom to tell that an account is gone, until he is told. */
export function getFarewellRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/farewells/:farewellId',
    { schema: { operationId: 'getFarewell', params: Params, response: { 200: Answer, ...REFUSALS } } },
    async (request) => {
      const found = await ctx.db
        .selectFrom('farewell')
        .select(['email', 'name', 'locale'])
        .where('id', '=', toUuid('fwl', request.params.farewellId))
        .executeTakeFirst()
      if (!found) throw new DomainError('not-found')
      return found
    },
  )
}
