import type { Sealing } from '@guichet/server'
import type { PaymentAccountRow } from '../db.ts'
import type { OpenedAccount } from './account-terms.ts'

/** What the sealed secrets of an account are bound to. */
export function bindingOf(account: Pick<PaymentAccountRow, 'organizer_id' | 'id'>): string {
  return `${account.organizer_id} ${account.id}`
}

/** The account with its secrets in the clear. */
export function openAccount(sealing: Sealing, row: PaymentAccountRow): OpenedAccount {
  const { id, organizer_id, provider, mode, settings } = row
  const secrets = sealing.open(row.secrets, bindingOf(row))
  // Both were checked against the provider's schema before they were written.
  return { id, organizerId: organizer_id, provider, mode, settings, secrets } as OpenedAccount
}
