import type { Static } from 'typebox'
import type { OrderRow, PaymentRow, TicketsDb, TicketsTx } from '../db.ts'
import type { BankTransferSettings } from '../payment-accounts/account-terms.ts'
import { inGroups } from '../payments/creditor-reference.ts'

type Settings = Static<typeof BankTransferSettings>

/** Where to transfer money to, by account, for those among the payments that are made at the bank; mostly none is. */
export async function transferSettings(
  db: TicketsDb | TicketsTx,
  payments: readonly PaymentRow[],
): Promise<ReadonlyMap<string, Settings>> {
  const ids = payments.flatMap((payment) =>
    payment.provider === 'bank-transfer' && payment.state === 'pending' ? (payment.account_id ?? []) : [],
  )
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('payment_account')
    .select(['id', 'settings'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(({ id, settings }) => [id, settings as Settings]))
}

/** What the buyer must do at the bank; null for any other payment, and once it is settled. */
export function presentInstructions(
  payment: PaymentRow,
  order: Pick<OrderRow, 'expires_at'>,
  accounts: ReadonlyMap<string, Settings>,
) {
  const settings = payment.state === 'pending' && payment.account_id ? accounts.get(payment.account_id) : undefined
  if (!settings || !payment.provider_reference) return null
  return {
    beneficiary: settings.beneficiary,
    iban: settings.iban,
    bic: settings.bic,
    reference: inGroups(payment.provider_reference),
    dueAt: order.expires_at.toISOString(),
  }
}
