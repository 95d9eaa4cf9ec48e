import { type App, authorize, etag, idempotently, newUuid, toUuid } from '@guichet/server'
import { askedForRequest } from '../bulk-messages/asked-for-request.ts'
import { fetchAudienceCount } from '../bulk-messages/audience.ts'
import { BULK_COLUMNS, recordAct } from '../bulk-messages/bulk-message.ts'
import { BulkMessageAnswer, CreateBulkBody } from '../bulk-messages/bulk-schema.ts'
import { checkContent } from '../bulk-messages/check-content.ts'
import { presentBulkMessage } from '../bulk-messages/present-bulk.ts'
import type { Context } from '../context.ts'

/** POST /v1/bulk-messages: a draft. Nothing is sent before it is scheduled. */
export function createBulkMessage(app: App, ctx: Context): void {
  app.post(
    '/v1/bulk-messages',
    {
      schema: {
        operationId: 'createBulkMessage',
        summary: 'Draft a message to the buyers of an event',
        body: CreateBulkBody,
        response: { 201: BulkMessageAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId, eventId, purpose, segment = {}, subject, body } = request.body
      const { userId } = authorize(request, 'message.write', organizerId)
      const about = { organizerId: toUuid('org', organizerId), eventId: toUuid('evt', eventId), segment }
      await checkContent(ctx, { organizer_id: about.organizerId, purpose, segment, subject, body })
      // Tickets knows whose the event is: another organizer's is the same as none.
      await askedForRequest(fetchAudienceCount(ctx, about))
      const { status, body: answer } = await idempotently(
        ctx.db,
        request,
        reply,
        `${userId}:createBulkMessage`,
        async (tx) => {
          const now = ctx.now()
          const row = await tx
            .insertInto('bulk_message')
            .values({
              id: newUuid(now.getTime()),
              organizer_id: about.organizerId,
              event_id: about.eventId,
              purpose,
              segment: JSON.stringify(segment),
              subject: JSON.stringify(subject),
              body: JSON.stringify(body),
              state: 'draft',
              created_at: now,
            })
            .returning(BULK_COLUMNS)
            .executeTakeFirstOrThrow()
          await recordAct(tx, row.id, 'created', toUuid('usr', userId), now)
          return { status: 201, body: await presentBulkMessage(tx, row) }
        },
      )
      return reply
        .code(status as 201)
        .header('etag', etag(answer.version))
        .send(answer)
    },
  )
}
