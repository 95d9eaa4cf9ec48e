import { sql } from '@guichet/database'
import type { Job } from './loop.ts'

const ROWS_MAX = 5_000

/**
 * Throws away what only told repetitions: answers to Idempotency-Keys after two days, as the stock of them would otherwise grow
 * with every order; providers' webhooks after ninety, for longer than they repeat them. Little by little, and found by age, so
 * that what it costs does not depend on how much there is. (The inbox is its consumer's affair.)
 */
export const forgetKeys: Job = {
  name: 'forget-keys',
  pauseMs: 60_000,
  async run({ db }) {
    const answers = await sql`
      delete from idempotency_key where ctid = any (array(
        select ctid from idempotency_key where created_at < now() - interval '2 days' limit ${ROWS_MAX}))`.execute(db)
    const webhooks = await sql`
      delete from payment_event where ctid = any (array(
        select ctid from payment_event where received_at < now() - interval '90 days' limit ${ROWS_MAX}))`.execute(db)
    return [answers, webhooks].reduce((sum, { numAffectedRows }) => sum + Number(numAffectedRows ?? 0n), 0)
  },
}
