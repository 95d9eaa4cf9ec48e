import type { TicketsDb } from '../db.ts'
import type { OpenedAccount } from '../payment-accounts/account-terms.ts'
import { type PaymentProvider, ProviderError } from './provider.ts'
import { createBankTransfer } from './providers/bank-transfer.ts'

/** What adapters need beside the account. */
export interface Surroundings {
  db: TicketsDb
  /** Where the providers are, in tests; by default where they really are. */
  baseUrls: { stripe?: string; paypal?: string }
}

/** The adapter that speaks to an account's provider. */
export function createAdapter(account: OpenedAccount, around: Surroundings): PaymentProvider {
  switch (account.provider) {
    case 'bank-transfer':
      return createBankTransfer(account, around.db)
    case 'stripe':
    case 'paypal':
      throw new ProviderError('misconfigured', `${account.provider} cannot be used yet`)
    default:
      return account satisfies never
  }
}
