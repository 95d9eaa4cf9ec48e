import { type App, authorize, createRateLimits, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { checkTemplate } from '../templates/check-template.ts'
import { previewDraft } from '../templates/preview.ts'
import { renderFromTemplate } from '../templates/render-from-template.ts'
import { sendTest } from '../templates/send-test.ts'
import { editableKind, refuseFaults, TemplateBody, TemplateParams } from '../templates/template-schema.ts'

/** POST /v1/organizers/{organizerId}/templates/{kind}/{language}/test: a mail in these words, to the member's own address. */
export function testTemplate(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'test-mails': { points: 10, duration: 300 } })
  app.post(
    '/v1/organizers/:organizerId/templates/:kind/:language/test',
    {
      schema: {
        operationId: 'testTemplate',
        summary: 'Send a mail to oneself, in words that are not saved',
        params: TemplateParams,
        body: TemplateBody,
        response: { 200: Type.Object({ reply: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { organizerId, kind, language } = request.params
      const organizerUuid = toUuid('org', organizerId)
      const { userId } = authorize(request, 'template.write', organizerId)
      editableKind(kind)
      refuseFaults(await checkTemplate(kind, language, request.body, ctx.now()))
      await limits.take(reply, 'test-mails', userId)
      const { draft } = await previewDraft(ctx, kind, organizerUuid, { language, use: 'send' })
      const letter = await renderFromTemplate(ctx, { ...draft, organizerId: organizerUuid, template: request.body })
      return sendTest(ctx, toUuid('usr', userId), letter)
    },
  )
}
