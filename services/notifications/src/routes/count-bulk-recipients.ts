import { type App, createRateLimits } from '@guichet/server'
import { Type } from 'typebox'
import { askedForRequest } from '../bulk-messages/asked-for-request.ts'
import { BulkParams } from '../bulk-messages/bulk-schema.ts'
import { audienceOf } from '../bulk-messages/carry-on.ts'
import { countRecipients } from '../bulk-messages/count-recipients.ts'
import { bulkFor } from '../bulk-messages/find-bulk.ts'
import type { Context } from '../context.ts'

const Answer = Type.Object({
  orders: Type.Integer(),
  recipients: Type.Integer({ description: 'Different addresses that would get it.' }),
  byLanguage: Type.Object({ en: Type.Integer(), fr: Type.Integer() }, { description: 'Of the recipients.' }),
  withoutConsent: Type.Integer({ description: 'Addresses that want no such messages, or have not agreed to them.' }),
})

/** GET /v1/bulk-messages/{bulkMessageId}/recipients: how many would get it now. */
export function countBulkRecipients(app: App, ctx: Context): void {
  // Each reads a whole audience from tickets.
  const limits = createRateLimits({ 'bulk-counts': { points: 60, duration: 300 } })
  app.get(
    '/v1/bulk-messages/:bulkMessageId/recipients',
    {
      schema: {
        operationId: 'countBulkRecipients',
        summary: 'Count who would get a message to many',
        params: BulkParams,
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.read')
      await limits.take(reply, 'bulk-counts', user.userId)
      return askedForRequest(countRecipients(ctx, audienceOf(message), message.purpose))
    },
  )
}
