import { type App, decodeCursor, encodeCursor, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { Consent, ConsentFilter, consentAnswer, findConsents } from '../consent/find-consents.ts'
import type { Context } from '../context.ts'

const querystring = Type.Object({
  ...ConsentFilter,
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
const response = {
  200: Type.Object({ items: Type.Array(Consent), nextCursor: Type.Union([Type.String(), Type.Null()]) }),
}

/** GET /v1/consents, the newest first. Without an organizer: those given to the platform, for its administrator. */
export function listConsents(app: App, ctx: Context): void {
  app.get(
    '/v1/consents',
    { schema: { operationId: 'listConsents', summary: 'List consents and refusals', querystring, response } },
    async (request) => {
      const { cursor, limit = 50, ...filter } = request.query
      const before = cursor ? toUuid('cns', String(decodeCursor(cursor, 1)[0])) : undefined
      const rows = await findConsents(ctx, request, filter, { before, limit: limit + 1 })
      const items = rows.slice(0, limit).map((row) => consentAnswer(row, request))
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor([last.id]) : null }
    },
  )
}
