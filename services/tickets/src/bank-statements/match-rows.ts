import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { TicketsDb, TicketsTx } from '../db.ts'
import { creditorReferencesIn } from '../payments/creditor-reference.ts'
import { parseAmount } from './amount.ts'
import type { OpenOutcome } from './open-entries.ts'
import type { StatementRow } from './read-statement.ts'

/**
 * What a row comes to. `paid`: it pays the payment that it names. `wrong-amount`, `paid-already`, `unmatched`: money came, and
 * a person must look. `duplicate`: imported before. `outgoing`: money that went out. `unreadable`: no day, or no amount.
 */
export type RowOutcome = 'paid' | OpenOutcome | 'duplicate' | 'outgoing' | 'unreadable'

export interface MatchedRow extends StatementRow {
  outcome: RowOutcome
  amountMinor: number | null
  transfer: Transfer | undefined
}

interface Transfer {
  paymentId: string
  orderId: string
  eventId: string
  reference: string
  amountMinor: number
  currency: string
  paid: boolean
}

/** Says what each row comes to, with two statements however many rows there are, and changes nothing. */
export async function matchRows(
  db: TicketsDb | TicketsTx,
  accountId: string,
  rows: readonly StatementRow[],
): Promise<MatchedRow[]> {
  const known = await knownDigests(db, accountId, rows)
  const referencesOf = new Map(rows.map((row) => [row, creditorReferencesIn(row.text)]))
  const transfers = await findTransfers(db, accountId, [...referencesOf.values()].flat())
  const paidHere = new Set<string>()
  return rows.map((row) => {
    const named = (referencesOf.get(row) ?? []).flatMap((reference) => transfers.get(reference) ?? [])
    // Two references in one transfer are for a person to take apart.
    const transfer = named.length === 1 ? named[0] : undefined
    const amountMinor = parseAmount(row.amount, row.currency ?? transfer?.currency ?? 'EUR') ?? null
    const outcome = outcomeOf(row, { amountMinor, transfer, known, paidHere })
    if (outcome === 'paid' && transfer) paidHere.add(transfer.paymentId)
    return { ...row, amountMinor, transfer, outcome }
  })
}

function outcomeOf(
  row: StatementRow,
  facts: {
    amountMinor: number | null
    transfer: Transfer | undefined
    known: ReadonlySet<string>
    paidHere: ReadonlySet<string>
  },
): RowOutcome {
  const { amountMinor, transfer } = facts
  if (row.bookedOn === undefined || amountMinor === null) return 'unreadable'
  if (amountMinor <= 0) return 'outgoing'
  if (facts.known.has(row.digest.toString('hex'))) return 'duplicate'
  if (!transfer) return 'unmatched'
  if (transfer.paid || facts.paidHere.has(transfer.paymentId)) return 'paid-already'
  const currency = row.currency ?? transfer.currency
  return amountMinor === transfer.amountMinor && currency === transfer.currency ? 'paid' : 'wrong-amount'
}

async function knownDigests(db: TicketsDb | TicketsTx, accountId: string, rows: readonly StatementRow[]) {
  if (rows.length === 0) return new Set<string>()
  const known = await db
    .selectFrom('bank_entry')
    .select('row_digest')
    .where('account_id', '=', accountId)
    .where(
      'row_digest',
      'in',
      rows.map((row) => row.digest),
    )
    .execute()
  return new Set(known.map((entry) => entry.row_digest.toString('hex')))
}

async function findTransfers(db: TicketsDb | TicketsTx, accountId: string, references: readonly string[]) {
  if (references.length === 0) return new Map<string, Transfer>()
  const found = await db
    .selectFrom('bank_transfer')
    .innerJoin('payment', 'payment.id', 'bank_transfer.payment_id')
    .leftJoin('bank_entry', (join) =>
      join.onRef('bank_entry.payment_id', '=', 'bank_transfer.payment_id').on('bank_entry.outcome', '=', 'paid'),
    )
    .select([
      'bank_transfer.payment_id',
      'bank_transfer.reference',
      'bank_transfer.amount_minor',
      'bank_transfer.currency',
      'payment.order_id',
      'payment.event_id',
      'bank_entry.id as paid_by',
    ])
    .where('bank_transfer.account_id', '=', accountId)
    .where('bank_transfer.reference', 'in', [...new Set(references)])
    .execute()
  return new Map(
    found.map((row): [string, Transfer] => [
      row.reference,
      {
        paymentId: row.payment_id,
        orderId: row.order_id,
        eventId: row.event_id,
        reference: row.reference,
        amountMinor: row.amount_minor,
        currency: row.currency,
        paid: row.paid_by !== null,
      },
    ]),
  )
}

/** Money that came by bank can only be told of an account that waits for it. */
export function assertBankTransfer(account: { provider: string }): void {
  if (account.provider !== 'bank-transfer') throw new DomainError('not-found')
}

export function presentRow(row: MatchedRow) {
  return {
    row: row.row,
    outcome: row.outcome,
    bookedOn: row.bookedOn ?? null,
    amountMinor: row.amountMinor,
    currency: row.currency ?? row.transfer?.currency ?? null,
    text: row.text,
    expectedMinor: row.transfer?.amountMinor ?? null,
    paymentId: row.transfer ? toId('pay', row.transfer.paymentId) : null,
    orderId: row.transfer ? toId('ord', row.transfer.orderId) : null,
    eventId: row.transfer ? toId('evt', row.transfer.eventId) : null,
  }
}
