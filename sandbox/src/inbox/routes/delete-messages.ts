import { withLocale } from '../../layout.ts'
import { type App, languageOf, sendPage } from '../../server.ts'
import { confirmDeletionPage } from '../pages.ts'
import type { Context } from '../service.ts'

/** DELETE /messages for programs; GET and POST /delete, with a question in between, for people. */
export function deleteMessages(app: App, ctx: Context): void {
  const { basePath } = ctx.config
  app.delete('/messages', async (_request, reply) => {
    await ctx.mailbox.removeAll()
    return reply.code(204).send()
  })
  app.get('/delete', (request, reply) =>
    sendPage(reply, confirmDeletionPage(languageOf(request), basePath, ctx.mailbox.count())),
  )
  app.post('/delete', async (request, reply) => {
    await ctx.mailbox.removeAll()
    return reply.redirect(withLocale(`${basePath}/`, languageOf(request)), 303)
  })
}
