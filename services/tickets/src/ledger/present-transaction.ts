import { toId } from '@guichet/server'
import { Type } from 'typebox'
import { LEDGER_KINDS, type LedgerKind } from './post-ledger.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const LedgerKindSchema = Type.Enum([...LEDGER_KINDS])

export const TransactionAnswer = Type.Object({
  kind: LedgerKindSchema,
  source: Type.String({
    description: 'The id of the payment, order, refund, dispute or entry at the bank that it is about.',
  }),
  eventId: nullable(Type.String()),
  orderId: nullable(Type.String()),
  currency: Type.String(),
  occurredAt: Type.String({ format: 'date-time' }),
  postings: Type.Array(
    Type.Object({ account: Type.String(), amountMinor: Type.Integer({ description: 'Debits are positive.' }) }),
  ),
})

export interface TransactionRow {
  source_id: string
  kind: LedgerKind
  event_id: string | null
  order_id: string | null
  currency: string
  accounts: string[]
  amounts: number[]
  occurred_at: Date
}

export function presentTransaction(row: TransactionRow) {
  return {
    kind: row.kind,
    source: presentSource(row.kind, row.source_id),
    eventId: row.event_id === null ? null : toId('evt', row.event_id),
    orderId: row.order_id === null ? null : toId('ord', row.order_id),
    currency: row.currency,
    occurredAt: row.occurred_at.toISOString(),
    postings: row.accounts.map((account, index) => ({ account, amountMinor: row.amounts[index] ?? 0 })),
  }
}

/** The id under which the rest of the API knows what a movement is about. */
export function presentSource(kind: LedgerKind, sourceId: string): string {
  if (kind === 'charge') return toId('pay', sourceId)
  if (kind === 'sale') return toId('ord', sourceId)
  if (kind.startsWith('refund-')) return toId('rfd', sourceId)
  if (kind.startsWith('entry-')) return toId('bke', sourceId)
  return toId(kind.startsWith('dispute-') ? 'dsp' : 'led', sourceId)
}
