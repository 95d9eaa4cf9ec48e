import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentAccountRow, type PaymentRow } from '../db.ts'
import type { OpenedAccount } from '../payment-accounts/account-terms.ts'
import { openAccount } from '../payment-accounts/open-account.ts'
import { type PaymentProvider, ProviderError } from './provider.ts'

export interface Providers {
  /** The platform's own, for rehearsals; undefined where it is not configured, as in production. */
  simulated: PaymentProvider | undefined
  /** The adapter for an account as this row has it. */
  of(account: PaymentAccountRow): PaymentProvider
}

/** Keeps an account's adapter, with its connections and access tokens, for as long as the account is not changed. */
export function createProviders(
  options: Pick<Context, 'sealing'> & {
    simulated: PaymentProvider | undefined
    create: (account: OpenedAccount) => PaymentProvider
  },
): Providers {
  const adapters = new LRUCache<string, PaymentProvider>({ max: 1_000 })
  return {
    simulated: options.simulated,
    of(account) {
      const key = `${account.id} ${account.version}`
      const known = adapters.get(key)
      if (known) return known
      const made = options.create(openAccount(options.sealing, account))
      adapters.set(key, made)
      return made
    },
  }
}

/** The provider that has a payment, opened with the account that it was made with. */
export async function providerOf(
  ctx: Pick<Context, 'db' | 'providers'>,
  payment: Pick<PaymentRow, 'provider' | 'account_id'>,
): Promise<PaymentProvider> {
  if (payment.account_id === null) {
    if (payment.provider === 'simulated' && ctx.providers.simulated) return ctx.providers.simulated
    throw new ProviderError('misconfigured', `The provider ${payment.provider} is no longer configured`)
  }
  const account = await ctx.db
    .selectFrom('payment_account')
    .select(COLUMNS.payment_account)
    .where('id', '=', payment.account_id)
    .executeTakeFirstOrThrow()
  return ctx.providers.of(account)
}
