import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { parseId, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { withoutAddresses } from '../deliveries/record-outcome.ts'
import { announceFailed } from '../mail-events/announce-failed.ts'
import type { SmsProvider, SmsReport } from './provider.ts'

/**
 * Writes what became of an SMS after it was taken. Reports come late, twice and in any order; the first final word stands.
 * One of a message whose acceptance we never heard of says that it was sent. False when it is about nothing of ours.
 */
export async function recordReport(ctx: Context, provider: SmsProvider['name'], report: SmsReport): Promise<boolean> {
  const key = report.key === undefined ? undefined : parseId('dlv', report.key)
  if (report.key !== undefined && !key) return false
  return inTransaction(ctx.db, async (tx) => {
    const byKey = tx
      .selectFrom('delivery')
      .select(['id', 'kind', 'channel', 'state', 'sent_at', 'next_attempt_at'])
      .select(['order_id as orderId', 'event_id as eventId', 'organizer_id as organizerId'])
      .where('channel', '=', 'sms')
      .forUpdate()
    const row = await (key
      ? byKey.where('id', '=', key)
      : byKey.where('provider', '=', provider).where('provider_message_id', '=', report.messageId)
    ).executeTakeFirst()
    if (!row) return false
    const now = ctx.now()
    // Its sender is about to write what the provider said; the reporter comes again.
    if (row.state === 'sending' && row.next_attempt_at > now) throw new DomainError('being-sent')
    if (row.state === 'delivered' || row.state === 'bounced') return true
    const sent_at = row.sent_at ?? now
    const reply = withoutAddresses(report.reply)
    const told = { provider, provider_message_id: report.messageId, provider_reply: reply, sent_at, lease: null }
    await tx
      .updateTable('delivery')
      .set({
        ...told,
        ...(report.what === 'delivered'
          ? { state: 'delivered', delivered_at: now, skip_reason: null, last_error: null }
          : { state: 'bounced', bounced_at: now, skip_reason: null, last_error: reply }),
      })
      .where('id', '=', row.id)
      .execute()
    if (report.what === 'failed') await announceFailed(tx, row, 'bounced')
    ctx.log.info({ deliveryId: toId('dlv', row.id), kind: row.kind, what: report.what }, 'heard of an SMS')
    return true
  })
}
