import { Type } from 'typebox'
import type { App } from '../../server.ts'
import type { Context } from '../service.ts'

const querystring = Type.Object({
  to: Type.Optional(Type.String({ maxLength: 20 })),
  limit: Type.String({ pattern: '^([1-9]\\d?|1\\d\\d|200)$', default: '50' }),
})

/** GET /messages?to=&limit= : newest first. */
export function listMessages(app: App, ctx: Context): void {
  app.get('/messages', { schema: { querystring } }, async (request) => ({
    items: ctx.outbox.search(request.query.to, Number(request.query.limit)),
  }))
}
