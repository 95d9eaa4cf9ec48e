import { DomainError } from '@guichet/problem'
import { type App, authorize, idempotently, newUuid, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type TicketsTx } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { lockEvent } from '../events/lock-event.ts'
import { presentRuns, RunAnswer, RunPreview } from '../refunds/present-run.ts'
import { previewRun } from '../refunds/refund-run.ts'
import { NoteBody } from '../refunds/refund-schema.ts'
import { findNamedTypes } from '../ticket-types/named-types.ts'

const Body = Type.Object({
  ticketTypeIds: Type.Optional(Type.Array(Type.String(), { maxItems: 100, description: 'None: of all types.' })),
  force: Type.Optional(Type.Boolean({ default: false, description: 'Also tickets whose bearers have come in.' })),
  note: Type.Optional(NoteBody),
  expectedAmountMinor: Type.Optional(
    Type.Integer({ minimum: 0, description: 'What the dry run said; another amount by now is refused.' }),
  ),
  dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Only say what it would give back.' })),
})

/**
 * POST /v1/events/:eventId/refund-runs — refunds all orders of an event, or their tickets of some types. `dryRun` answers 200
 * with the totals. Otherwise 202: a job carries it on, through crashes too. One at a time for an event.
 */
export function startRefundRun(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/refund-runs',
    {
      schema: {
        operationId: 'startRefundRun',
        params: EventParams,
        body: Body,
        response: { 200: RunPreview, 202: RunAnswer },
      },
    },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      const { userId } = authorize(request, 'order.refund', toId('org', event.organizer_id))
      const { ticketTypeIds = [], force = false, note, expectedAmountMinor, dryRun } = request.body
      const types = await findNamedTypes(
        ctx.db as unknown as TicketsTx,
        event.event_id,
        ticketTypeIds,
        '/ticketTypeIds',
      )
      const terms = { event_id: event.event_id, ticket_type_ids: types.map((type) => type.id), force }
      const planned = await previewRun(ctx, terms)
      if (dryRun) return reply.send({ dryRun: true as const, ...planned })
      const { body } = await idempotently(ctx.db, request, reply, `${userId}:startRefundRun`, async (tx) => {
        await lockEvent(tx, event.event_id)
        await assertNoneRunning(tx, event.event_id)
        if (expectedAmountMinor !== undefined && expectedAmountMinor !== planned.amountMinor) {
          throw new DomainError('refund-run-changed', { amountMinor: planned.amountMinor, tickets: planned.tickets })
        }
        const id = newUuid()
        await tx
          .insertInto('refund_run')
          .values({
            ...terms,
            id,
            organizer_id: event.organizer_id,
            requested_by: toUuid('usr', userId),
            note: note ?? null,
            state: 'running',
            planned,
            created_at: await ctx.time(tx),
          })
          .execute()
        return { status: 202, body: { id } }
      })
      const run = await ctx.db
        .selectFrom('refund_run')
        .select(COLUMNS.refund_run)
        .where('id', '=', body.id)
        .executeTakeFirstOrThrow()
      const [answer] = await presentRuns(ctx, [run])
      if (!answer) throw new Error('One run gives one answer')
      return reply.code(202).send(answer)
    },
  )
}

async function assertNoneRunning(tx: TicketsTx, eventUuid: string): Promise<void> {
  const running = await tx
    .selectFrom('refund_run')
    .select('id')
    .where('event_id', '=', eventUuid)
    .where('state', '=', 'running')
    .executeTakeFirst()
  if (running) throw new DomainError('refund-run-running')
}
