import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { askedForRequest } from '../bulk-messages/asked-for-request.ts'
import { BulkParams } from '../bulk-messages/bulk-schema.ts'
import { warningsOf } from '../bulk-messages/check-content.ts'
import { bulkFor } from '../bulk-messages/find-bulk.ts'
import { previewBulk } from '../bulk-messages/preview-bulk.ts'
import type { Context } from '../context.ts'

const querystring = Type.Object({ language: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('fr')])) })
const Answer = Type.Object({
  language: Type.String(),
  subject: Type.String(),
  html: Type.String(),
  text: Type.String(),
  warnings: Type.Array(
    Type.Object({ field: Type.String(), line: Type.Integer(), code: Type.String(), detail: Type.String() }),
    { description: 'What is odd in the words of this language: a variable that nothing has.' },
  ),
  sample: Type.Boolean({ description: 'The order in it is made up, because the segment has none in this language.' }),
})

/** GET /v1/bulk-messages/{bulkMessageId}/preview: the mail as the first of its recipients would get it; the link opens no order. */
export function previewBulkMessage(app: App, ctx: Context): void {
  app.get(
    '/v1/bulk-messages/:bulkMessageId/preview',
    {
      schema: {
        operationId: 'previewBulkMessage',
        summary: 'See a message to many as a mail',
        params: BulkParams,
        querystring,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { message } = await bulkFor(ctx.db, request, 'message.write')
      const { letter, sample } = await askedForRequest(previewBulk(ctx, message, request.query.language ?? 'fr'))
      const { language, subject, html, text } = letter
      return { language, subject, html, text, sample, warnings: warningsOf(message, language) }
    },
  )
}
