import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { NoContent, REFUSALS } from '../contract.ts'

const Params = Type.Object({ farewellId: Type.String({ maxLength: 100 }) })

/** DELETE /v1/internal/farewells/{farewellId}. The last mail is sent: the address is of no more use. */
export function forgetFarewellRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/internal/farewells/:farewellId',
    { schema: { operationId: 'forgetFarewell', params: Params, response: { 204: NoContent, ...REFUSALS } } },
    async (request, reply) => {
      const uuid = toUuid('fwl', request.params.farewellId)
      await ctx.db.deleteFrom('farewell').where('id', '=', uuid).execute()
      return reply.code(204).send(null)
    },
  )
}
