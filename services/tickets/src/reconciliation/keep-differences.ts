import { sql } from '@guichet/database'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type DifferenceRow } from '../db.ts'
import type { Comparison } from './find-differences.ts'

/** Writes down what was found about an event, and that what was there before is gone. Returns all that is open now. */
export async function keepDifferences(
  ctx: Context,
  eventId: string,
  { findings, lookedFor }: Comparison,
): Promise<DifferenceRow[]> {
  const now = await ctx.time(ctx.db)
  for (const found of findings) {
    await sql`
      insert into reconciliation_difference (id, organizer_id, event_id, kind, subject_id, order_id, currency, expected, actual, detail,
                                             state, first_seen_at, last_seen_at)
      values (${newUuid()}, ${found.organizer_id}, ${eventId}, ${found.kind}, ${found.subject_id}, ${found.order_id}, ${found.currency},
              ${found.expected}, ${found.actual}, ${JSON.stringify(found.detail)}, 'open', ${now}, ${now})
          on conflict (event_id, kind, subject_id) where state = 'open'
          do update set expected = excluded.expected, actual = excluded.actual, detail = excluded.detail, last_seen_at = ${now}`.execute(
      ctx.db,
    )
  }
  const there = new Set(findings.map(({ kind, subject_id }) => `${kind} ${subject_id}`))
  const open = await ctx.db
    .selectFrom('reconciliation_difference')
    .select(COLUMNS.reconciliation_difference)
    .where('event_id', '=', eventId)
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
  const gone = open.filter((row) => !there.has(`${row.kind} ${row.subject_id}`) && lookedFor(row))
  if (gone.length > 0) await end(ctx, gone, now)
  return open.filter((row) => !gone.includes(row))
}

async function end(ctx: Context, rows: readonly DifferenceRow[], now: Date): Promise<void> {
  await ctx.db
    .updateTable('reconciliation_difference')
    .set({ state: 'gone', ended_at: now })
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .where('state', '=', 'open')
    .execute()
}
