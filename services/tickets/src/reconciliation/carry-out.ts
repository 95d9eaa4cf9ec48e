import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import { COLUMNS, type DifferenceRow, type RunRow } from '../db.ts'
import { findDifferences } from './find-differences.ts'
import { keepDifferences } from './keep-differences.ts'
import { repairDifference } from './repair-difference.ts'

export interface RunResult {
  run: RunRow
  /** What is left. */
  open: DifferenceRow[]
}

/** How long a run is its process's own after each event. */
const LEASE = sql.lit('15 minutes')

/** Compares the books of an organizer, event by event; killed, it is begun anew, since each comparison writes what is so now. */
export async function carryOut(ctx: Context, run: RunRow): Promise<RunResult> {
  const counts = { events: 0, payments_asked: 0, payments_unasked: 0, found: 0, repaired: 0 }
  const open: DifferenceRow[] = []
  for (const event of await eventsOf(ctx, run)) {
    const comparison = await findDifferences(ctx, event, run.since)
    const differences = await keepDifferences(ctx, event.event_id, comparison)
    counts.events += 1
    counts.payments_asked += comparison.paymentsAsked
    counts.payments_unasked += comparison.paymentsUnasked
    counts.found += comparison.findings.length
    for (const difference of differences) {
      if (run.repair && (await repairDifference(ctx, difference, run.requested_by ?? undefined))) counts.repaired += 1
      else open.push(difference)
    }
    await sql`
      update reconciliation_run set leased_until = ${await ctx.time(ctx.db)}::timestamptz + interval ${LEASE}
       where id = ${run.id}`.execute(ctx.db)
  }
  if (counts.found > counts.repaired) {
    ctx.log.error({ organizer: run.organizer_id, ...counts }, 'the books do not agree: see the reconciliation')
  }
  const finished = await ctx.db
    .updateTable('reconciliation_run')
    .set({ ...counts, finished_at: await ctx.time(ctx.db), leased_until: null })
    .where('id', '=', run.id)
    .returning(COLUMNS.reconciliation_run)
    .executeTakeFirstOrThrow()
  return { run: finished, open }
}

/** Those with orders, that were not over for two months when the period began. */
async function eventsOf(ctx: Context, run: RunRow): Promise<{ event_id: string; organizer_id: string }[]> {
  const { rows } = await sql<{ event_id: string; organizer_id: string }>`
    select event_id, organizer_id from event
     where organizer_id = ${run.organizer_id} and ends_at >= ${run.since}::timestamptz - interval '60 days'
       and exists (select from orders where orders.event_id = event.event_id)
     order by event_id`.execute(ctx.db)
  return rows
}
