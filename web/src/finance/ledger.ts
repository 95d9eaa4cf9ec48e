import type { AccountBalance } from '#web/api/finance.ts'
import type { Translate } from '#web/messages/text.ts'

const NAMED = [
  'customer-prepayments',
  'sales',
  'vat',
  'fees',
  'fee-vat',
  'disputes',
  'refunds-due',
  'provider:stripe',
  'provider:stripe-test',
  'provider:paypal',
  'provider:paypal-test',
  'provider:bank-transfer',
  'provider:bank-transfer-test',
  'provider:simulated',
  'provider:by-hand',
] as const

/** An account of the ledger in words; one that this page does not know yet, by its own name. */
export function accountName(account: string, t: Translate): string {
  const named = NAMED.find((one) => one === account)
  return named ? t(`console.finance.ledger.accountOf.${named}`) : account
}

/** What the balances come to, in the words of who sells; one for each currency. */
export interface Standing {
  currency: string
  held: number
  /** Simulated, or in test mode: no money. */
  rehearsed: number
  sales: number
  vat: number
  fees: number
  due: number
  disputed: number
  prepaid: number
}

const rehearses = (account: string) => account === 'provider:simulated' || /^provider:.*-test$/.test(account)

export function standings(balances: readonly AccountBalance[]): Standing[] {
  const currencies = [...new Set(balances.map((balance) => balance.currency))]
  return currencies.map((currency) => {
    const sum = (matches: (account: string) => boolean) =>
      balances
        .filter((balance) => balance.currency === currency && matches(balance.account))
        .reduce((total, { balanceMinor }) => total + balanceMinor, 0)
    // What one owes and earns stands on the credit side. Taken from 0, so that nothing is not "-0".
    const credit = (...accounts: string[]) => 0 - sum((account) => accounts.includes(account))
    return {
      currency,
      held: sum((account) => account.startsWith('provider:') && !rehearses(account)),
      rehearsed: sum(rehearses),
      sales: credit('sales'),
      vat: credit('vat', 'fee-vat'),
      fees: credit('fees'),
      due: credit('refunds-due'),
      disputed: sum((account) => account === 'disputes'),
      prepaid: credit('customer-prepayments'),
    }
  })
}
