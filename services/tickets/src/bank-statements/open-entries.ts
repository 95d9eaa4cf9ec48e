import { DomainError } from '@guichet/problem'
import { type BankEntryRow, COLUMNS, type PaymentAccountRow, type TicketsTx } from '../db.ts'
import { bankEntry, providerAccount } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'

/** What waits for a person. */
export const OPEN_OUTCOMES = ['wrong-amount', 'paid-already', 'unmatched'] as const
export type OpenOutcome = (typeof OPEN_OUTCOMES)[number]

type Money = Pick<BankEntryRow, 'id' | 'amount_minor' | 'currency'>
type Account = Pick<PaymentAccountRow, 'organizer_id' | 'mode'>

/** Says in the books what became of money that pays nothing; one statement however many entries there are. */
export async function postEntries(
  tx: TicketsTx,
  what: 'arrived' | 'assigned' | 'closed',
  account: Account,
  entries: readonly Money[],
  now: Date,
): Promise<void> {
  const at = providerAccount({ provider: 'bank-transfer', mode: account.mode })
  await postLedger(
    tx,
    entries.map(({ id, amount_minor: amountMinor, currency }) =>
      bankEntry(what, { id, organizerId: account.organizer_id, amountMinor, currency, account: at }, now),
    ),
  )
}

/** The entries of an account by their ids, all of them; the account is locked. */
export async function readEntries(tx: TicketsTx, accountId: string, ids: readonly string[]): Promise<BankEntryRow[]> {
  const entries = await tx
    .selectFrom('bank_entry')
    .select(COLUMNS.bank_entry)
    .where('account_id', '=', accountId)
    .where('id', 'in', [...new Set(ids)])
    .orderBy('id')
    .execute()
  if (entries.length !== new Set(ids).size) throw new DomainError('not-found')
  return entries
}

export function isOpen({ outcome }: Pick<BankEntryRow, 'outcome'>): boolean {
  return (OPEN_OUTCOMES as readonly string[]).includes(outcome)
}
