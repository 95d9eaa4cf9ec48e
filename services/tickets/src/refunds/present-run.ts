import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import type { RefundRunRow } from '../db.ts'

const TotalsAnswer = {
  orders: Type.Integer(),
  tickets: Type.Integer(),
  amountMinor: Type.Integer(),
  currency: Type.Union([Type.String(), Type.Null()]),
  checkedIn: Type.Integer({ description: 'Left out: somebody has come in with them.' }),
}

export const RunPreview = Type.Object({ dryRun: Type.Literal(true), ...TotalsAnswer })

export const RunAnswer = Type.Object({
  id: Type.String(),
  eventId: Type.String(),
  ticketTypeIds: Type.Array(Type.String({ description: 'None: of all types.' })),
  force: Type.Boolean(),
  note: Type.Union([Type.String(), Type.Null()]),
  state: Type.Union([Type.Literal('running'), Type.Literal('done')]),
  planned: Type.Object(TotalsAnswer),
  promised: Type.Object({ orders: Type.Integer(), tickets: Type.Integer(), amountMinor: Type.Integer() }),
  refunds: Type.Object(
    { pending: Type.Integer(), succeeded: Type.Integer(), failed: Type.Integer() },
    { description: 'What became of the promised refunds.' },
  ),
  createdAt: Type.String({ format: 'date-time' }),
  finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})

export async function presentRuns(
  ctx: Pick<Context, 'db'>,
  runs: readonly RefundRunRow[],
): Promise<Static<typeof RunAnswer>[]> {
  const { rows } = await sql<{ run_id: string; state: 'pending' | 'succeeded' | 'failed'; count: number }>`
    select refund.run_id, refund.state, count(*)::int as count from refund
     where (event_id, run_id) in (
       select * from unnest(${runs.map((run) => run.event_id)}::uuid[], ${runs.map((run) => run.id)}::uuid[]))
     group by 1, 2`.execute(ctx.db)
  return runs.map((run) => {
    const refunds = { pending: 0, succeeded: 0, failed: 0 }
    for (const row of rows) if (row.run_id === run.id) refunds[row.state] = row.count
    return {
      id: toId('rrn', run.id),
      eventId: toId('evt', run.event_id),
      ticketTypeIds: run.ticket_type_ids.map((id) => toId('typ', id)),
      force: run.force,
      note: run.note,
      state: run.state,
      planned: run.planned,
      promised: { orders: run.orders_done, tickets: run.tickets_done, amountMinor: run.amount_done_minor },
      refunds,
      createdAt: run.created_at.toISOString(),
      finishedAt: run.finished_at?.toISOString() ?? null,
    }
  })
}
