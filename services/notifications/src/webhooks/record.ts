import { inTransaction, sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { backOffMs, GIVE_UP_AFTER_MS, OFF_AFTER_MS } from './back-off.ts'
import type { WebhookClaim } from './claim.ts'
import type { Answer } from './post.ts'
import { turnOff } from './turn-off.ts'

/** Writes what came of a request, and what follows from it: delivered, again later, or no more. */
export async function recordAnswer(
  ctx: Context,
  claim: WebhookClaim,
  answer: Answer,
  beganAt: Date,
  durationMs: number,
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const ours =
      answer.outcome === 'delivered'
        ? await recordDelivered(tx, ctx, claim, answer)
        : await recordFailed(tx, ctx, claim, answer)
    if (!ours) {
      ctx.log.warn({ webhookDeliveryId: claim.id }, 'the lease was lost, the outcome is not written')
      return
    }
    await tx
      .insertInto('webhook_attempt')
      .values({
        delivery_id: claim.id,
        number: claim.attempts + 1,
        began_at: beganAt,
        duration_ms: durationMs,
        outcome: answer.outcome,
        status: answer.status,
        headers: JSON.stringify(answer.headers),
      })
      .execute()
  })
}

async function recordDelivered(tx: Tx, ctx: Context, claim: WebhookClaim, answer: Answer): Promise<boolean> {
  const ours = await write(tx, ctx, claim, answer, { state: 'delivered', delivered_at: ctx.now() })
  if (ours && claim.endpoint.failing) {
    const mended = { failing_since: null }
    await tx.updateTable('webhook_endpoint').set(mended).where('id', '=', claim.endpoint.id).execute()
  }
  return ours
}

async function recordFailed(tx: Tx, ctx: Context, claim: WebhookClaim, answer: Answer): Promise<boolean> {
  const now = ctx.now()
  // Before the delivery, as whoever turns an endpoint off.
  const endpoint = await tx
    .selectFrom('webhook_endpoint')
    .select(['enabled', 'failing_since'])
    .where('id', '=', claim.endpoint.id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!endpoint) return false
  const attempts = claim.attempts + 1
  const over = now.getTime() - (claim.firstAttemptAt ?? now).getTime() >= GIVE_UP_AFTER_MS
  const ended = over || answer.outcome === 'gone' || !endpoint.enabled
  const next_attempt_at = new Date(now.getTime() + backOffMs(attempts, ctx.random(), answer.retryAfterMs))
  const ours = await write(tx, ctx, claim, answer, { state: ended ? 'failed' : 'retrying', next_attempt_at })
  if (!ours || !endpoint.enabled) return ours

  const failingSince = endpoint.failing_since ?? now
  const reason =
    answer.outcome === 'gone' ? 'gone' : now.getTime() - failingSince.getTime() >= OFF_AFTER_MS ? 'failing' : undefined
  if (reason) {
    await turnOff(tx, claim.endpoint.id, reason, now)
    const about = {
      endpointId: toId('whk', claim.endpoint.id),
      organizerId: toId('org', claim.endpoint.organizer_id),
      reason,
    }
    ctx.log.error(about, 'a webhook endpoint was turned off')
  }
  const known = { failing_since: failingSince }
  await tx.updateTable('webhook_endpoint').set(known).where('id', '=', claim.endpoint.id).execute()
  return true
}

interface Change {
  state: 'delivered' | 'retrying' | 'failed'
  delivered_at?: Date
  next_attempt_at?: Date
}

/** Only under the claim's own lease. */
async function write(tx: Tx, ctx: Context, claim: WebhookClaim, answer: Answer, change: Change): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('webhook_delivery')
    .set({
      ...change,
      attempts: claim.attempts + 1,
      first_attempt_at: claim.firstAttemptAt ?? ctx.now(),
      last_outcome: answer.outcome,
      last_status: answer.status,
      lease: null,
    })
    .where('id', '=', claim.id)
    .where('lease', '=', sql<string>`${claim.lease}::uuid`)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
