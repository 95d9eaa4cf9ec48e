import { type App, etag } from '@guichet/server'
import { BulkMessageAnswer, BulkParams } from '../bulk-messages/bulk-schema.ts'
import { bulkFor } from '../bulk-messages/find-bulk.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

/** GET /v1/bulk-messages/{bulkMessageId}, with its progress and who did what with it. */
export function getBulkMessage(app: App, ctx: Context): void {
  app.get(
    '/v1/bulk-messages/:bulkMessageId',
    {
      schema: {
        operationId: 'getBulkMessage',
        summary: 'Get a message to many and what became of it',
        params: BulkParams,
        response: { 200: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { message } = await bulkFor(ctx.db, request, 'message.read')
      return reply.header('etag', etag(message.version)).send(await presentBulkMessage(ctx.db, message))
    },
  )
}
