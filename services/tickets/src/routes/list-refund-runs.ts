import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { presentRuns, RunAnswer } from '../refunds/present-run.ts'

const RUNS_MAX = 100

/** GET /v1/events/:eventId/refund-runs — the mass refunds of an event and how far they are, latest first. */
export function listRefundRuns(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/refund-runs',
    {
      schema: {
        operationId: 'listRefundRuns',
        params: EventParams,
        response: { 200: Type.Object({ items: Type.Array(RunAnswer) }) },
      },
    },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'order.read', toId('org', event.organizer_id))
      const runs = await ctx.db
        .selectFrom('refund_run')
        .select(COLUMNS.refund_run)
        .where('event_id', '=', event.event_id)
        .orderBy('id', 'desc')
        .limit(RUNS_MAX)
        .execute()
      return { items: await presentRuns(ctx, runs) }
    },
  )
}
