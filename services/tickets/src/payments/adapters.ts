import type { TicketsDb } from '../db.ts'
import type { OpenedAccount } from '../payment-accounts/account-terms.ts'
import type { PaymentProvider } from './provider.ts'
import { createBankTransfer } from './providers/bank-transfer.ts'
import { createPayPalProvider } from './providers/paypal.ts'
import { createStripeProvider } from './providers/stripe.ts'

/** What adapters need beside the account. */
export interface Surroundings {
  db: TicketsDb
  /** The present, in milliseconds since the epoch: providers sign and grant by the clock, not by our database's. */
  nowMs(): number
  /** Where the providers are, in tests; by default where they really are. */
  baseUrls: { stripe?: string; paypal?: string }
}

/** The adapter that speaks to an account's provider. */
export function createAdapter(account: OpenedAccount, around: Surroundings): PaymentProvider {
  switch (account.provider) {
    case 'bank-transfer':
      return createBankTransfer(account, around.db)
    case 'stripe': {
      const { mode, secrets } = account
      return createStripeProvider({ ...secrets, mode, nowMs: around.nowMs, baseUrl: around.baseUrls.stripe })
    }
    case 'paypal': {
      const { mode, settings, secrets } = account
      return createPayPalProvider({
        ...settings,
        ...secrets,
        mode,
        nowMs: around.nowMs,
        baseUrl: around.baseUrls.paypal,
      })
    }
    default:
      return account satisfies never
  }
}
