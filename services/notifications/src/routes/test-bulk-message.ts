import { inTransaction } from '@guichet/database'
import { type App, createRateLimits, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { askedForRequest } from '../bulk-messages/asked-for-request.ts'
import { recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkParams } from '../bulk-messages/bulk-schema.ts'
import { bulkFor } from '../bulk-messages/find-bulk.ts'
import { previewBulk } from '../bulk-messages/preview-bulk.ts'
import type { Context } from '../context.ts'
import { sendTest } from '../templates/send-test.ts'

const Body = Type.Object({ language: Type.Union([Type.Literal('en'), Type.Literal('fr')]) })

/** POST /v1/bulk-messages/{bulkMessageId}/test: the mail, now, to the member's own address and nobody else's. */
export function testBulkMessage(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'test-mails': { points: 10, duration: 300 } })
  app.post(
    '/v1/bulk-messages/:bulkMessageId/test',
    {
      schema: {
        operationId: 'testBulkMessage',
        summary: 'Send a message to many to oneself',
        params: BulkParams,
        body: Body,
        response: { 200: Type.Object({ reply: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.write')
      await limits.take(reply, 'test-mails', user.userId)
      const { letter } = await askedForRequest(previewBulk(ctx, message, request.body.language))
      const userUuid = toUuid('usr', user.userId)
      const said = await sendTest(ctx, userUuid, letter)
      await inTransaction(ctx.db, (tx) => recordAct(tx, message.id, 'tested', userUuid, ctx.now()))
      return said
    },
  )
}
