import { sql } from '@guichet/database'
import type { Language } from '@guichet/problem'
import type { Context } from '../context.ts'
import { backOffMs, GIVE_UP_AFTER_MS } from './back-off.ts'
import type { Claim } from './claim-deliveries.ts'
import { NotSent } from './not-sent.ts'

/** Whom a message went to, once its content is known. */
export interface Recipient {
  name: string | null
  /** A mail address or an E.164 telephone number. */
  address: string
  language: Language
}

/** The message was accepted: nothing will send it again. */
export async function recordSent(ctx: Context, claim: Claim, recipient: Recipient): Promise<void> {
  await write(ctx, claim, recipient, {
    state: 'sent',
    sent_at: ctx.now(),
    attempts: claim.attempts + 1,
    first_refused_at: null,
    last_error: null,
  })
}

/** The message was not accepted: again later, or never. What we did not foresee counts as a refusal for now. */
export async function recordNotSent(
  ctx: Context,
  claim: Claim,
  recipient: Recipient | undefined,
  error: unknown,
): Promise<void> {
  const now = ctx.now()
  const { how, peer } = error instanceof NotSent ? error : { how: 'put-off' as const, peer: undefined }
  const last_error = error instanceof NotSent ? withoutAddresses(error.message) : 'an unexpected fault, see the log'
  if (how === 'away' && peer) {
    const next_attempt_at = ctx.outages.report(peer)
    const state = claim.attempts === 0 ? ('pending' as const) : ('retrying' as const)
    await write(ctx, claim, recipient, { state, next_attempt_at, last_error })
    return
  }
  const attempts = claim.attempts + 1
  const first_refused_at = claim.firstRefusedAt ?? now
  const over = how === 'refused' || now.getTime() - first_refused_at.getTime() >= GIVE_UP_AFTER_MS
  const next_attempt_at = new Date(now.getTime() + backOffMs(attempts, ctx.random()))
  await write(ctx, claim, recipient, {
    state: over ? 'failed' : 'retrying',
    attempts,
    first_refused_at,
    next_attempt_at,
    last_error,
  })
}

interface Change {
  state: 'pending' | 'retrying' | 'sent' | 'failed'
  sent_at?: Date
  attempts?: number
  first_refused_at?: Date | null
  next_attempt_at?: Date
  last_error: string | null
}

/** Only under the claim's own lease: a process that slept through it must not overwrite what another did since. */
async function write(ctx: Context, claim: Claim, recipient: Recipient | undefined, change: Change): Promise<void> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('delivery')
    .set({
      ...change,
      lease: null,
      ...(recipient
        ? { recipient_name: recipient.name, recipient_address: recipient.address, language: recipient.language }
        : {}),
    })
    .where('id', '=', claim.id)
    .where('lease', '=', sql<string>`${claim.lease}::uuid`)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) ctx.log.warn({ deliveryId: claim.id }, 'the lease was lost, the outcome is not written')
}

/** Mail servers repeat the address in what they say; the reason is shown to people who may not see it. */
export function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>"']+@[^\s<>"']+/g, '…').slice(0, 300)
}
