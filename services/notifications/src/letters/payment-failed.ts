import { composeHoldReminder } from './hold-reminder.ts'
import type { LetterDraft } from './letter.ts'
import type { OrderLetterInput } from './order-parts.ts'

/** Nothing was taken, and the places are still there: the way back to the checkout, as in a reminder of a hold. */
export function composePaymentFailed(input: OrderLetterInput): LetterDraft {
  const footer = input.t('footer.order', { shop: input.shop.name })
  return { ...composeHoldReminder(input), kind: 'payment-failed', footer }
}
