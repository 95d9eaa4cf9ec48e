import { Type } from 'typebox'
import { type App, languageOf, sendPage } from '../../server.ts'
import { messagesPage } from '../pages.ts'
import type { Context } from '../service.ts'

const SHOWN_MAX = 100

/** GET / : the newest messages, as a telephone would show them. */
export function showMessages(app: App, ctx: Context): void {
  const querystring = Type.Object({ to: Type.Optional(Type.String({ maxLength: 20 })) })
  app.get('/', { schema: { querystring } }, (request, reply) => {
    const { to = '' } = request.query
    const messages = ctx.outbox.search(to, SHOWN_MAX)
    const view = { basePath: ctx.config.basePath, to, messages, total: ctx.outbox.count() }
    return sendPage(reply, messagesPage(languageOf(request), view))
  })
}
