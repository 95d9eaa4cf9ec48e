import { Type } from 'typebox'
import { notFound } from '../../problem.ts'
import type { App } from '../../server.ts'
import { MAIL_POLICY, safeMailHtml } from '../mail-html.ts'
import { findMessage } from '../message-answer.ts'
import type { Context } from '../service.ts'

/**
 * GET /:id/html : the mail's own document. An address rather than `srcdoc`, because a `srcdoc` frame inherits the page's
 * policy, which forbids the inline styles that mail is made of; this way the mail has its own, also when opened directly.
 */
export function showMessageHtml(app: App, ctx: Context): void {
  app.get('/:id/html', { schema: { params: Type.Object({ id: Type.String() }) } }, async (request, reply) => {
    const { html } = await ctx.mailbox.read(findMessage(ctx, request.params.id).id)
    if (html === null) throw notFound()
    return reply
      .header('content-security-policy', MAIL_POLICY)
      .type('text/html; charset=utf-8')
      .send(safeMailHtml(html))
  })
}
