import { Type } from 'typebox'
import { type App, languageOf, sendPage } from '../../server.ts'
import { findMessage } from '../message-answer.ts'
import { messagePage } from '../message-page.ts'
import type { Context } from '../service.ts'

const params = Type.Object({ id: Type.String() })
const querystring = Type.Object({ view: Type.Optional(Type.Enum(['html', 'text', 'source'])) })

/** GET /:id : one message; its HTML stands in a frame of its own. */
export function showMessage(app: App, ctx: Context): void {
  app.get('/:id', { schema: { params, querystring } }, async (request, reply) => {
    const summary = findMessage(ctx, request.params.id)
    const message = await ctx.mailbox.read(summary.id)
    const view = request.query.view ?? (message.html ? 'html' : 'text')
    const source = view === 'source' ? (await ctx.mailbox.readRaw(summary.id)).toString('utf8') : ''
    const page = messagePage(languageOf(request), { basePath: ctx.config.basePath, summary, message, view, source })
    return sendPage(reply, page, { frames: true })
  })
}
