import type { Context } from '../context.ts'
import type { DifferenceRow } from '../db.ts'
import { isStillThere } from './find-differences.ts'
import { KINDS } from './kinds.ts'
import { REPAIRS } from './repairs.ts'

/**
 * Sets a difference right, then looks again: `repaired` is only what is no longer there. Repeated, it has no second effect.
 * @returns whether it is gone
 */
export async function repairDifference(ctx: Context, row: DifferenceRow, repairedBy?: string): Promise<boolean> {
  if (!KINDS[row.kind].repairable) return false
  let problem: string | undefined
  try {
    await REPAIRS[row.kind]?.(ctx, row)
    if (await isStillThere(ctx, row)) problem = 'It is still there.'
  } catch (error) {
    ctx.log.warn({ err: error, difference: row.id, kind: row.kind }, 'a difference could not be repaired')
    problem = error instanceof Error ? error.message : String(error)
  }
  await ctx.db
    .updateTable('reconciliation_difference')
    .set(
      problem === undefined
        ? { state: 'repaired', ended_at: await ctx.time(ctx.db), repaired_by: repairedBy ?? null, last_error: null }
        : { last_error: problem.slice(0, 500) },
    )
    .where('id', '=', row.id)
    .where('state', '=', 'open')
    .execute()
  return problem === undefined
}
