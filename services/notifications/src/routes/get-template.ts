import { type App, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { checkTemplate } from '../templates/check-template.ts'
import { findTemplate, presentTemplate } from '../templates/stored-template.ts'
import { editableKind, TemplateAnswer, TemplateParams } from '../templates/template-schema.ts'

/** GET /v1/organizers/{organizerId}/templates/{kind}/{language}: the words, and what they may use. */
export function getTemplate(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/templates/:kind/:language',
    {
      schema: {
        operationId: 'getTemplate',
        summary: 'Get the words of a mail',
        params: TemplateParams,
        response: { 200: TemplateAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId, kind, language } = request.params
      const key = { organizer_id: toUuid('org', organizerId), kind, language }
      authorize(request, 'template.write', organizerId)
      editableKind(kind)
      const row = await findTemplate(ctx.db, key)
      const { warnings } = row ? await checkTemplate(kind, language, row, ctx.now()) : { warnings: [] }
      return reply.header('etag', etag(row?.version ?? 0)).send(presentTemplate(key, row, warnings))
    },
  )
}
