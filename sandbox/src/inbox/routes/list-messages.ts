import { Type } from 'typebox'
import type { App } from '../../server.ts'
import { messageAnswer } from '../message-answer.ts'
import type { Context } from '../service.ts'

const querystring = Type.Object({
  to: Type.Optional(Type.String({ maxLength: 320 })),
  subject: Type.Optional(Type.String({ maxLength: 998 })),
  limit: Type.String({ pattern: '^([1-9]\\d?|1\\d\\d|200)$', default: '50' }),
})

/** GET /messages?to=&subject=&limit= : newest first, with their texts. */
export function listMessages(app: App, ctx: Context): void {
  app.get('/messages', { schema: { querystring } }, async (request) => {
    const { to, subject, limit } = request.query
    const found = ctx.mailbox.search({ to, subject, limit: Number(limit) })
    const items = []
    // One at a time: the texts of two hundred mails at once would be the memory that the disk is meant to save.
    for (const summary of found) items.push(await messageAnswer(ctx, summary))
    return { items }
  })
}
