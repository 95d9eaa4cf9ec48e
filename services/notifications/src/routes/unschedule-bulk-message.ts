import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, etag, toUuid } from '@guichet/server'
import { BULK_COLUMNS, recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer, BulkParams } from '../bulk-messages/bulk-schema.ts'
import { bulkFor, lockBulk } from '../bulk-messages/find-bulk.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

/** DELETE /v1/bulk-messages/{bulkMessageId}/schedule: a draft again, as long as it has not begun. Repeating it changes nothing. */
export function unscheduleBulkMessage(app: App, ctx: Context): void {
  app.delete(
    '/v1/bulk-messages/:bulkMessageId/schedule',
    {
      schema: {
        operationId: 'unscheduleBulkMessage',
        summary: 'Make a scheduled message to many a draft again',
        params: BulkParams,
        response: { 200: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.write')
      const answer = await inTransaction(ctx.db, async (tx) => {
        const before = await lockBulk(tx, message.id)
        if (before.state === 'draft') return presentBulkMessage(tx, before)
        if (before.state !== 'scheduled') throw new DomainError('bulk-message-begun', { state: before.state })
        const after = await tx
          .updateTable('bulk_message')
          .set({ state: 'draft', scheduled_at: null, next_attempt_at: null, version: sql<number>`version + 1` })
          .where('id', '=', message.id)
          .returning(BULK_COLUMNS)
          .executeTakeFirstOrThrow()
        await recordAct(tx, message.id, 'unscheduled', toUuid('usr', user.userId), ctx.now())
        return presentBulkMessage(tx, after)
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
