import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { BankEntryRow } from '../db.ts'
import type { BankEntryAnswer } from './statement-schema.ts'

/** Money at the bank, as the API shows it. */
export function presentEntry(row: BankEntryRow): Static<typeof BankEntryAnswer> {
  return {
    id: toId('bke', row.id),
    source: row.source,
    outcome: row.outcome,
    bookedOn: row.booked_on,
    amountMinor: row.amount_minor,
    currency: row.currency,
    text: row.text,
    paymentId: row.payment_id && toId('pay', row.payment_id),
    note: row.note,
    closedAt: row.closed_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}
