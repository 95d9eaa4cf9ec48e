import { sql } from '@guichet/database'
import { finishRefund } from '../refunds/finish-refund.ts'
import type { Job } from './loop.ts'

const BATCH = 10

/** Repeats promised refunds until the provider has taken them: 10 s after the first attempt, then ever more seldom. */
export const finishRefunds: Job = {
  name: 'finish-refunds',
  pauseMs: 2_000,
  async run(ctx) {
    const now = await ctx.time(ctx.db)
    const { rows } = await sql<{ id: string }>`
      update refund set attempts = attempts + 1,
             next_attempt_at = ${now}::timestamptz + least(power(2, least(attempts, 10)) * interval '5 seconds', interval '10 minutes')
       where (event_id, id) in (
         select event_id, id from refund where state = 'pending' and next_attempt_at <= ${now}
          order by next_attempt_at limit ${BATCH} for no key update skip locked)
      returning id`.execute(ctx.db)
    await Promise.all(
      rows.map(({ id }) =>
        finishRefund(ctx, id).catch((error: unknown) => {
          ctx.log.warn({ err: error, refund: id }, 'a refund failed and will be tried again')
        }),
      ),
    )
    return rows.length
  },
}
