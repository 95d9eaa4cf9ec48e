import type { ActionFailure, RequestEvent } from '@sveltejs/kit'
import { ApiError } from '../api/problem.ts'
import type { Refusal } from '../forms/faults.ts'
import { refusalOf, textsFor } from '../forms/refusal.server.ts'
import { isLanguage } from '../messages/language.ts'
import { formatMoney } from '../money/money.ts'

/** Why money cannot be given back or recorded, with the amounts as people read them. */
export function refundProblem(event: RequestEvent, { problem, message }: ApiError): string {
  const language = isLanguage(event.params.lang) ? event.params.lang : 'en'
  const t = textsFor(event)
  const currency = String(problem.currency ?? 'EUR')
  const left = formatMoney(Number(problem.refundableMinor ?? 0), currency, language)
  switch (problem.code) {
    case 'refund-too-high':
      return t('refund.refused.tooHigh', { left })
    case 'payment-disputed':
      return t('refund.refused.disputed', { left })
    case 'ticket-checked-in':
      return t('refund.refused.checkedIn', { count: Number(problem.count ?? 1) })
    case 'amount-differs':
      return t('console.record.amountDiffers', {
        expected: formatMoney(Number(problem.expectedMinor), currency, language),
        amount: formatMoney(Number(problem.amountMinor), currency, language),
      })
    case 'refund-too-late':
      return problem.title
    case 'refund-run-changed':
      return t('refund.changed')
    default:
      return problem.detail ? `${problem.title} ${problem.detail}` : message
  }
}

/** The same as the answer of a form. */
export function refundRefusal(event: RequestEvent, error: unknown, values: Record<string, string> = {}) {
  const refusal = refusalOf(event, error, values) as ActionFailure<Refusal>
  if (error instanceof ApiError && error.status < 500 && refusal.data.problem) {
    refusal.data.problem = refundProblem(event, error)
  }
  return refusal
}
