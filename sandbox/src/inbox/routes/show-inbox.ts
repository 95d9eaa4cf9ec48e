import { Type } from 'typebox'
import { type App, languageOf, sendPage } from '../../server.ts'
import { inboxPage } from '../pages.ts'
import type { Context } from '../service.ts'

const PAGE_SIZE = 50

const querystring = Type.Object({
  to: Type.Optional(Type.String({ maxLength: 320 })),
  after: Type.Optional(Type.String({ maxLength: 64 })),
})

/** GET / : the list, to be searched by recipient. */
export function showInbox(app: App, ctx: Context): void {
  app.get('/', { schema: { querystring } }, (request, reply) => {
    const { to = '', after } = request.query
    const found = ctx.mailbox.search({ to, after, limit: PAGE_SIZE + 1 })
    const { basePath } = ctx.config
    const messages = found.slice(0, PAGE_SIZE)
    const next = found.length > PAGE_SIZE ? messages.at(-1)?.id : undefined
    const view = { basePath, to, messages, next, total: ctx.mailbox.count() }
    return sendPage(reply, inboxPage(languageOf(request), view))
  })
}
