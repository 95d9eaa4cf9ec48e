import { sql } from '@guichet/database'
import type { Job } from './loop.ts'

const ROWS_MAX = 5_000

/**
 * Throws away what only told repetitions: answers to Idempotency-Keys after two days, as the stock of them would otherwise grow
 * with every order; messages after thirty and webhooks after ninety, for longer than brokers and providers repeat them. Little by little,
 * and the oldest first, so that what it costs does not depend on how much there is.
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
    const messages = await sql`
      delete from inbox where ctid = any (array(
        select ctid from inbox where received_at < now() - interval '30 days' limit ${ROWS_MAX}))`.execute(db)
    return [answers, webhooks, messages].reduce((sum, { numAffectedRows }) => sum + Number(numAffectedRows ?? 0n), 0)
  },
}
