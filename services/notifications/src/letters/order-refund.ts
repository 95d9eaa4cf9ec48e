import type { LetterDraft } from './letter.ts'
import { amountOf, linesPart, type OrderLetterInput, openOrder } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** All tickets are void. When the event is cancelled it says so, for whom the other letter may not reach first. */
export function composeOrderRefund(input: OrderLetterInput): LetterDraft {
  const { order, refund, t } = input
  const amountMinor = refund?.amountMinor ?? order.totalMinor
  // Of a paid order nothing may go back, too: what was kept, or had gone back before.
  const outcome = order.totalMinor === 0 ? 'free' : amountMinor === 0 ? 'nothing' : 'returned'
  const whole = outcome === 'returned' && amountMinor === order.totalMinor
  const draft = refundDraft('order-refund', input, { outcome, amount: amountOf(input, amountMinor) })
  const lines = linesPart(input, whole ? t('order-refund.amount') : t('label.total'))
  return { ...draft, blocks: { ...draft.blocks, order: lines } }
}

/** Some tickets, or some money, went back; the rest of the order stays. */
export function composePartialRefund(input: OrderLetterInput): LetterDraft {
  const { amountMinor, tickets } = input.refund ?? { amountMinor: 0, tickets: 0 }
  const outcome = amountMinor > 0 ? 'returned' : 'nothing'
  return refundDraft('order-partial-refund', input, { outcome, amount: amountOf(input, amountMinor), tickets })
}

/** Of tickets' reasons, the words of the letter. */
const WHY: Record<string, string> = {
  'late-payment': 'late',
  'duplicate-payment': 'twice',
  'amount-mismatch': 'amount',
  'event-cancelled': 'cancelled',
}

/** Money that could not buy its order has gone back; whatever tickets the order has are not touched by it. */
export function composePaymentRefund(input: OrderLetterInput): LetterDraft {
  const { refund } = input
  const reason = WHY[refund?.reason ?? ''] ?? 'other'
  return refundDraft('payment-refund', input, { reason, amount: amountOf(input, refund?.amountMinor) })
}

function refundDraft(kind: string, input: OrderLetterInput, refund: { [name: string]: string | number }): LetterDraft {
  const { order, shop, t } = input
  const { card, variables } = orderWords(input)
  return {
    kind,
    language: order.language,
    variables: { ...variables, refund },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: kind !== 'order-partial-refund' && order.event.cancelled, event: card } },
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}
