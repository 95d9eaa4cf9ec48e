import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { editableKind, TemplateParams } from '../templates/template-schema.ts'

/** DELETE /v1/organizers/{organizerId}/templates/{kind}/{language}: back to the words that come with the product. */
export function resetTemplate(app: App, ctx: Context): void {
  app.delete(
    '/v1/organizers/:organizerId/templates/:kind/:language',
    {
      schema: {
        operationId: 'resetTemplate',
        summary: 'Go back to the words that come with the product',
        params: TemplateParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { organizerId, kind, language } = request.params
      const organizerUuid = toUuid('org', organizerId)
      authorize(request, 'template.write', organizerId)
      editableKind(kind)
      await ctx.db
        .deleteFrom('template')
        .where('organizer_id', '=', organizerUuid)
        .where('kind', '=', kind)
        .where('language', '=', language)
        .execute()
      return reply.code(204).send(null)
    },
  )
}
