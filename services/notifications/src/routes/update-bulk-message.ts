import { inTransaction, sql } from '@guichet/database'
import { type App, assertIfMatch, etag, toUuid } from '@guichet/server'
import { askedForRequest } from '../bulk-messages/asked-for-request.ts'
import { fetchAudienceCount } from '../bulk-messages/audience.ts'
import { BULK_COLUMNS, recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer, BulkParams, UpdateBulkBody } from '../bulk-messages/bulk-schema.ts'
import { checkContent } from '../bulk-messages/check-content.ts'
import { assertDraft, bulkFor, lockBulk } from '../bulk-messages/find-bulk.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

/** PATCH /v1/bulk-messages/{bulkMessageId}: a draft alone changes. Each field is replaced whole. Needs If-Match. */
export function updateBulkMessage(app: App, ctx: Context): void {
  app.patch(
    '/v1/bulk-messages/:bulkMessageId',
    {
      schema: {
        operationId: 'updateBulkMessage',
        summary: 'Change the draft of a message to many',
        params: BulkParams,
        body: UpdateBulkBody,
        response: { 200: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.write')
      if (request.body.segment) {
        const about = { organizerId: message.organizer_id, eventId: message.event_id, segment: request.body.segment }
        await askedForRequest(fetchAudienceCount(ctx, about))
      }
      const answer = await inTransaction(ctx.db, async (tx) => {
        const before = await lockBulk(tx, message.id)
        assertIfMatch(request, before.version)
        assertDraft(before)
        const content = { ...before, ...request.body }
        // By the connection that is held: with a second one each, a few changes at once would wait for each other.
        await checkContent({ ...ctx, db: tx }, content)
        const after = await tx
          .updateTable('bulk_message')
          .set({
            purpose: content.purpose,
            segment: JSON.stringify(content.segment),
            subject: JSON.stringify(content.subject),
            body: JSON.stringify(content.body),
            version: sql<number>`version + 1`,
          })
          .where('id', '=', message.id)
          .returning(BULK_COLUMNS)
          .executeTakeFirstOrThrow()
        await recordAct(tx, message.id, 'changed', toUuid('usr', user.userId), ctx.now())
        return presentBulkMessage(tx, after)
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
