import { Type } from 'typebox'
import { notFound } from '../../problem.ts'
import type { App } from '../../server.ts'
import { findMessage } from '../message-answer.ts'
import type { Context } from '../service.ts'

const params = Type.Object({ id: Type.String(), index: Type.String({ pattern: '^\\d{1,3}$' }) })

/** GET /:id/attachments/:index : always a download, never shown in our origin. */
export function showAttachment(app: App, ctx: Context): void {
  app.get('/:id/attachments/:index', { schema: { params } }, async (request, reply) => {
    const { attachments } = await ctx.mailbox.read(findMessage(ctx, request.params.id).id)
    const attachment = attachments[Number(request.params.index)]
    if (!attachment) throw notFound()
    // RFC 8187: the name travels percent-encoded, so nothing in it can end the header or the value.
    const name = encodeURIComponent(attachment.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
    return reply
      .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
      .type('application/octet-stream')
      .send(attachment.content)
  })
}
