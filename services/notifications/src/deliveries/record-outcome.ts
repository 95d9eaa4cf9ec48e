import { inTransaction, sql } from '@guichet/database'
import type { Language } from '@guichet/problem'
import type { Context } from '../context.ts'
import type { Outcome, Tx } from '../db.ts'
import type { SkipReason, State } from '../kinds.ts'
import { announceFailed } from '../mail-events/announce-failed.ts'
import { saysNoSuchAddress, suppress } from '../mail-events/suppress.ts'
import { backOffMs, GIVE_UP_AFTER_MS } from './back-off.ts'
import type { Claim } from './claim-deliveries.ts'
import { NotNow, NotSent, Skipped } from './not-sent.ts'
import type { Acceptance } from './send-delivery.ts'

/** Whom a message went to, once its content is known. */
export interface Recipient {
  name: string | null
  /** A mail address or an E.164 telephone number. */
  address: string
  language: Language
}

/** The message was accepted: nothing will send it again. */
export async function recordSent(
  ctx: Context,
  claim: Claim,
  recipient: Recipient | undefined,
  accepted: Acceptance,
): Promise<void> {
  const reply = accepted.reply ? withoutAddresses(accepted.reply) : null
  await write(ctx, claim, recipient, 'sent', {
    state: 'sent',
    sent_at: ctx.now(),
    attempts: claim.attempts + 1,
    first_refused_at: null,
    last_error: null,
    provider: accepted.provider,
    provider_message_id: accepted.messageId ?? null,
    provider_reply: reply,
    segments: accepted.segments ?? null,
    price_minor: accepted.price?.minor ?? null,
    price_currency: accepted.price?.currency ?? null,
  })
}

/** The message was not accepted: again later, or never. What we did not foresee counts as a refusal for now. */
export async function recordNotSent(
  ctx: Context,
  claim: Claim,
  recipient: Recipient | undefined,
  error: unknown,
): Promise<unknown> {
  const now = ctx.now()
  const waiting = claim.attempts === 0 ? 'pending' : 'retrying'
  if (error instanceof Skipped) {
    const change = { state: 'skipped', skip_reason: error.why, last_error: error.message } as const
    return write(ctx, claim, recipient, 'none', change)
  }
  if (error instanceof NotNow) {
    const change = { state: waiting, next_attempt_at: error.until, last_error: error.message } as const
    return write(ctx, claim, recipient, 'none', change)
  }
  const last_error = error instanceof NotSent ? withoutAddresses(error.message) : 'an unexpected fault, see the log'
  if (error instanceof NotSent && error.how === 'away') {
    const next_attempt_at = ctx.outages.report(error.peer)
    return write(ctx, claim, recipient, 'none', { state: waiting, next_attempt_at, last_error })
  }
  const how = error instanceof NotSent && error.how !== 'away' ? error.how : 'unknown'
  const attempts = claim.attempts + 1
  const first_refused_at = claim.firstRefusedAt ?? now
  const over = how === 'refused' || now.getTime() - first_refused_at.getTime() >= GIVE_UP_AFTER_MS
  const next_attempt_at = new Date(now.getTime() + backOffMs(attempts, ctx.random()))
  const change = { attempts, first_refused_at, next_attempt_at, last_error }
  if (!over) return write(ctx, claim, recipient, how, { ...change, state: 'retrying' })
  await inTransaction(ctx.db, async (tx) => {
    if (!(await write(ctx, claim, recipient, how, { ...change, state: 'failed' }, tx))) return
    await announceFailed(tx, claim, 'failed')
    if (claim.channel === 'email' && recipient && saysNoSuchAddress(last_error)) {
      await suppress(ctx, tx, { address: recipient.address, reason: 'bounced', deliveryId: claim.id })
    }
  })
}

interface Change {
  state: State
  sent_at?: Date
  attempts?: number
  first_refused_at?: Date | null
  next_attempt_at?: Date
  last_error: string | null
  skip_reason?: SkipReason
  provider?: string
  provider_message_id?: string | null
  provider_reply?: string | null
  segments?: number | null
  price_minor?: number | null
  price_currency?: string | null
}

/**
 * The journal's line and the delivery, in one statement. The delivery only under the claim's own lease: a process that
 * slept through it must not overwrite what another did since; what it did itself still belongs in the journal. With the
 * outcome `none` no conversation took place, and the journal knows of none.
 */
async function write(
  ctx: Context,
  claim: Claim,
  recipient: Recipient | undefined,
  outcome: Outcome | 'none',
  change: Change,
  db: Context['db'] | Tx = ctx.db,
): Promise<boolean> {
  const lease = sql<string>`${claim.lease}::uuid`
  const reply = change.provider_reply ?? change.last_error
  const { numUpdatedRows } = await db
    .with('journal', (db) =>
      outcome === 'none'
        ? db.deleteFrom('attempt').where('delivery_id', '=', claim.id).where('lease', '=', lease).returning('number')
        : db
            .updateTable('attempt')
            .set({ ended_at: ctx.now(), outcome, reply })
            .where('delivery_id', '=', claim.id)
            .where('lease', '=', lease)
            .returning('number'),
    )
    .updateTable('delivery')
    .set({
      ...change,
      lease: null,
      ...(recipient
        ? { recipient_name: recipient.name, recipient_address: recipient.address, language: recipient.language }
        : {}),
    })
    .where('id', '=', claim.id)
    .where('lease', '=', lease)
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return true
  ctx.log.warn({ deliveryId: claim.id }, 'the lease was lost, the outcome is not written')
  return false
}

/**
 * Mail servers and SMS providers repeat the address or the number in what they say; the reason is shown to people who may
 * not see it. Word by word: one pattern over the whole would take minutes over a returned mail with a very long word.
 */
export function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>"']+/g, (word) => (/.@.|\+\d{7}/.test(word) ? '…' : word)).slice(0, 300)
}
