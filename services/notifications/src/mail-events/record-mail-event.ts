import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { withoutAddresses } from '../deliveries/record-outcome.ts'
import { announceFailed } from './announce-failed.ts'
import type { MailEvent } from './mail-event.ts'
import { isAboutAddress, suppress } from './suppress.ts'

/**
 * Writes what became of a mail after it was taken. Events come late, twice and in any order: a bounce is the last word, and
 * a mail whose acceptance we never heard of counts as sent once somebody has it. False when it is about nothing of ours.
 */
export async function recordMailEvent(ctx: Context, event: MailEvent): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await tx
      .selectFrom('delivery')
      .select([
        'id',
        'kind',
        'channel',
        'state',
        'lease',
        'next_attempt_at',
        'sent_at',
        'recipient_address',
        'order_id as orderId',
        'event_id as eventId',
        'organizer_id as organizerId',
      ])
      .where('id', '=', event.deliveryId)
      .where('channel', '=', 'email')
      .forUpdate()
      .executeTakeFirst()
    if (!row) return false
    const now = ctx.now()
    // Its sender is about to write what the mail server said; the reporter comes again.
    if (row.state === 'sending' && row.next_attempt_at > now) throw new DomainError('being-sent')
    const { what } = event
    const diagnostic = event.diagnostic === null ? null : withoutAddresses(event.diagnostic)
    const isUseless = what === 'complained' || (what === 'bounced' && isAboutAddress(event.diagnostic))
    if (isUseless && row.recipient_address !== null) {
      await suppress(ctx, tx, { address: row.recipient_address, reason: what, deliveryId: row.id })
    }
    if (row.state === 'bounced' || row.state === 'skipped' || (row.state === 'delivered' && what !== 'bounced'))
      return true
    if (what === 'bounced') {
      await tx
        .updateTable('delivery')
        .set({
          state: 'bounced',
          bounced_at: now,
          sent_at: row.sent_at ?? now,
          lease: null,
          ...(diagnostic ? { provider_reply: diagnostic, last_error: diagnostic } : {}),
        })
        .where('id', '=', row.id)
        .execute()
      await announceFailed(tx, row, 'bounced')
    } else if (what === 'delivered') {
      await tx
        .updateTable('delivery')
        .set({ state: 'delivered', delivered_at: now, sent_at: row.sent_at ?? now, lease: null, last_error: null })
        .where('id', '=', row.id)
        .execute()
    } else if (what === 'delayed' && diagnostic) {
      await tx.updateTable('delivery').set({ provider_reply: diagnostic }).where('id', '=', row.id).execute()
    }
    ctx.log.info({ deliveryId: toId('dlv', row.id), kind: row.kind, what }, 'heard of a mail')
    return true
  })
}
