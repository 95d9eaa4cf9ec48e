import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { BULK_COLUMNS, recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer, BulkParams } from '../bulk-messages/bulk-schema.ts'
import { assertDraft, bulkFor, lockBulk } from '../bulk-messages/find-bulk.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

const Body = Type.Object({
  at: Type.Optional(Type.String({ format: 'date-time', description: 'Absent, or past: now.' })),
})
const YEAR_MS = 366 * 86_400_000

/**
 * POST /v1/bulk-messages/{bulkMessageId}/schedule: from now on its words do not change. Needs If-Match, so that what goes
 * is what was looked at.
 */
export function scheduleBulkMessage(app: App, ctx: Context): void {
  app.post(
    '/v1/bulk-messages/:bulkMessageId/schedule',
    {
      schema: {
        operationId: 'scheduleBulkMessage',
        summary: 'Send a message to many, now or later',
        params: BulkParams,
        body: Body,
        response: { 200: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { message, user } = await bulkFor(ctx.db, request, 'message.write')
      const now = ctx.now()
      const at = new Date(Math.max(now.getTime(), Date.parse(request.body.at ?? now.toISOString())))
      if (at.getTime() - now.getTime() > YEAR_MS) {
        const errors = [{ pointer: '/at', detail: 'is more than a year away' }]
        throw new DomainError('request-invalid', {}, { errors })
      }
      const answer = await inTransaction(ctx.db, async (tx) => {
        const before = await lockBulk(tx, message.id)
        assertIfMatch(request, before.version)
        assertDraft(before)
        const after = await tx
          .updateTable('bulk_message')
          .set({ state: 'scheduled', scheduled_at: at, next_attempt_at: at, version: sql<number>`version + 1` })
          .where('id', '=', message.id)
          .returning(BULK_COLUMNS)
          .executeTakeFirstOrThrow()
        await recordAct(tx, message.id, 'scheduled', toUuid('usr', user.userId), now)
        return presentBulkMessage(tx, after)
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
