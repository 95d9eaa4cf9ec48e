import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, etag, toUuid } from '@guichet/server'
import { BULK_COLUMNS, recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer, BulkParams } from '../bulk-messages/bulk-schema.ts'
import { bulkFor, lockBulk } from '../bulk-messages/find-bulk.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

/**
 * POST /v1/bulk-messages/{bulkMessageId}/cancellation: none goes any more that has not gone yet. Repeating it changes
 * nothing. What a sender holds at this moment may still go; it asks once more before it writes the mail.
 */
export function cancelBulkMessage(app: App, ctx: Context): void {
  app.post(
    '/v1/bulk-messages/:bulkMessageId/cancellation',
    {
      schema: {
        operationId: 'cancelBulkMessage',
        summary: 'Call a message to many off',
        params: BulkParams,
        response: { 200: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.write')
      const answer = await inTransaction(ctx.db, async (tx) => {
        const before = await lockBulk(tx, message.id)
        if (before.state === 'cancelled') return presentBulkMessage(tx, before)
        if (before.ended_at !== null) throw new DomainError('bulk-message-over', { state: before.state })
        const now = ctx.now()
        const after = await tx
          .updateTable('bulk_message')
          .set({
            state: 'cancelled',
            ended_at: now,
            next_attempt_at: null,
            lease: null,
            version: sql<number>`version + 1`,
          })
          .where('id', '=', message.id)
          .returning(BULK_COLUMNS)
          .executeTakeFirstOrThrow()
        await tx
          .updateTable('delivery')
          .set({ state: 'skipped', skip_reason: 'called-off', last_error: 'The organizer called the message off.' })
          .where('bulk_message_id', '=', message.id)
          .where('state', 'in', ['pending', 'retrying'])
          .execute()
        await recordAct(tx, message.id, 'cancelled', toUuid('usr', user.userId), now)
        return presentBulkMessage(tx, after)
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
