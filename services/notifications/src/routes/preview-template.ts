import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { checkTemplate } from '../templates/check-template.ts'
import { previewDraft } from '../templates/preview.ts'
import { renderFromTemplate } from '../templates/render-from-template.ts'
import { editableKind, FindingsAnswer, TemplateBody, TemplateParams } from '../templates/template-schema.ts'

const Answer = Type.Object({
  ...FindingsAnswer,
  /** Null while the template has faults. */
  mail: Type.Union([
    Type.Object({
      subject: Type.String(),
      html: Type.String(),
      text: Type.String(),
      attachments: Type.Array(Type.String(), { description: 'Their file names.' }),
    }),
    Type.Null(),
  ]),
  /** True: about the organizer's last order; else about a made-up one. */
  real: Type.Boolean(),
})

/** POST /v1/organizers/{organizerId}/templates/{kind}/{language}/preview: the mail as it would be, with what is wrong. */
export function previewTemplate(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/templates/:kind/:language/preview',
    {
      schema: {
        operationId: 'previewTemplate',
        summary: 'See a mail in words that are not saved',
        params: TemplateParams,
        body: TemplateBody,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { organizerId, kind, language } = request.params
      const organizerUuid = toUuid('org', organizerId)
      authorize(request, 'template.write', organizerId)
      editableKind(kind)
      const template = request.body
      const findings = await checkTemplate(kind, language, template, ctx.now())
      if (findings.faults.length > 0) return { ...findings, mail: null, real: false }
      const { draft, real } = await previewDraft(ctx, kind, organizerUuid, { language, use: 'look' })
      const letter = await renderFromTemplate(ctx, { ...draft, organizerId: organizerUuid, template })
      const { subject, html, text } = letter
      const attachments = letter.attachments.map(({ filename }) => filename)
      return { ...findings, mail: { subject, html, text, attachments }, real }
    },
  )
}
