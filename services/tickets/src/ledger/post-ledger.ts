import { sql } from '@guichet/database'
import type { TicketsTx } from '../db.ts'

export const LEDGER_KINDS = [
  'charge',
  'sale',
  'refund-promised',
  'refund-paid',
  'refund-failed',
  'dispute-opened',
  'dispute-won',
  'dispute-lost',
  'manual',
  'entry-arrived',
  'entry-assigned',
  'entry-closed',
] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

export type LedgerAccount =
  /** Money that lies with a provider. */
  | `provider:${string}`
  /** Money that arrived and has bought nothing (yet). */
  | 'customer-prepayments'
  | 'sales'
  | 'vat'
  | 'fees'
  | 'fee-vat'
  /** Money that a bank has taken back until a dispute is decided. */
  | 'disputes'
  /** Money promised back and not yet sent. */
  | 'refunds-due'

export interface Posting {
  account: LedgerAccount
  /** Debits are positive. */
  amountMinor: number
}

/** One movement of money: what caused it and its kind are its identity. */
export interface LedgerEntry {
  kind: LedgerKind
  /** The payment, order, refund, dispute or entry at the bank that it is about. */
  sourceId: string
  organizerId: string
  /** Null, as the order, for money of which nobody knows yet what it is for. */
  eventId: string | null
  orderId: string | null
  currency: string
  occurredAt: Date
  /** Of sum zero. Those of nothing are left out; a movement of nothing is not written. */
  postings: readonly Posting[]
}

/**
 * Writes movements of money, in the transaction that makes them true; one statement however many they are. Repeated, they
 * have no second effect.
 * @throws when one does not balance: the table's own constraint.
 */
export async function postLedger(tx: TicketsTx, entries: readonly LedgerEntry[]): Promise<void> {
  const moving = entries
    .map((entry) => ({ ...entry, postings: entry.postings.filter(({ amountMinor }) => amountMinor !== 0) }))
    .filter(({ postings }) => postings.length > 0)
  if (moving.length === 0) return
  const of = <Key extends keyof LedgerEntry>(key: Key) => moving.map((entry) => entry[key])
  await sql`
    insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
    select source_id, kind, organizer_id, event_id, order_id, currency, accounts::text[], amounts::bigint[], occurred_at
      from unnest(${of('sourceId')}::uuid[], ${of('kind')}::text[], ${of('organizerId')}::uuid[], ${of('eventId')}::uuid[],
                  ${of('orderId')}::uuid[], ${of('currency')}::text[],
                  ${moving.map(({ postings }) => `{${postings.map(({ account }) => JSON.stringify(account)).join(',')}}`)}::text[],
                  ${moving.map(({ postings }) => `{${postings.map(({ amountMinor }) => amountMinor).join(',')}}`)}::text[],
                  ${of('occurredAt')}::timestamptz[])
        as entry (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
        on conflict do nothing`.execute(tx)
}
