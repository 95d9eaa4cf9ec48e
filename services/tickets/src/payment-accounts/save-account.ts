import { violatedConstraint } from '@guichet/database'
import { DomainError } from '@guichet/problem'

/** Of two accounts at one provider only one may be in use: a buyer chooses a provider, not an account. */
export async function oneEnabled<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    if (violatedConstraint(error) === 'payment_account_one_enabled') throw new DomainError('payment-account-enabled')
    throw error
  })
}
