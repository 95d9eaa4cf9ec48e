import { sql } from '@guichet/database'
import { forgetAnswers } from '@guichet/server'
import type { Context } from '../context.ts'
import { daysAgo } from './keep-config.ts'
import { ROWS_MAX } from './pages.ts'

/**
 * Forgets some of what only its age keeps: answers to Idempotency-Keys, the SMS counts of days that are over, addresses
 * that were bad long ago (the next mail finds out; who complained is left alone for good). True when there may be more.
 */
export async function forgetByAge(ctx: Context): Promise<boolean> {
  const now = ctx.now()
  const { keep } = ctx.config
  const yesterday = daysAgo(now, 1).toISOString().slice(0, 10)
  const deletions = [
    sql`delete from sms_count where ctid = any (array(
          select ctid from sms_count where period <> 'ever' and period < ${yesterday} limit ${ROWS_MAX}))`,
    sql`delete from suppression where ctid = any (array(
          select ctid from suppression where created_at < ${daysAgo(now, keep.suppressions)} and reason = 'bounced'
           order by created_at limit ${ROWS_MAX}))`,
  ]
  let more = (await forgetAnswers(ctx.db, daysAgo(now, keep.keys), ROWS_MAX)) === ROWS_MAX
  for (const deletion of deletions) {
    const { numAffectedRows } = await deletion.execute(ctx.db)
    if (Number(numAffectedRows ?? 0n) === ROWS_MAX) more = true
  }
  return more
}
