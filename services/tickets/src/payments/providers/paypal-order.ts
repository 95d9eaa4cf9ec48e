import type { PaymentTerms, ProviderDispute, ProviderPayment, ProviderRefund } from '../provider.ts'
import { fromPayPalMoney, type PayPalMoney, toPayPalMoney } from './paypal-money.ts'

/** What we read of PayPal's objects. */
export interface PayPalOrder {
  id: string
  status: 'CREATED' | 'SAVED' | 'APPROVED' | 'VOIDED' | 'COMPLETED' | 'PAYER_ACTION_REQUIRED'
  update_time?: string
  purchase_units: {
    amount: PayPalMoney
    invoice_id?: string
    custom_id?: string
    payments?: { captures?: PayPalCapture[]; refunds?: PayPalRefund[] }
  }[]
  links?: { rel: string; href: string }[]
}

export interface PayPalCapture {
  id: string
  status: 'COMPLETED' | 'DECLINED' | 'PARTIALLY_REFUNDED' | 'PENDING' | 'REFUNDED' | 'FAILED'
  amount: PayPalMoney
  invoice_id?: string
}

export interface PayPalRefund {
  id: string
  status: 'CANCELLED' | 'FAILED' | 'PENDING' | 'COMPLETED'
  status_details?: { reason?: string }
  amount: PayPalMoney
  invoice_id?: string
  custom_id?: string
}

export interface PayPalDispute {
  dispute_id: string
  reason?: string
  status: string
  dispute_amount: PayPalMoney
  dispute_outcome?: { outcome_code?: string; amount_refunded?: PayPalMoney }
  disputed_transactions?: { seller_transaction_id?: string; invoice_number?: string }[]
  seller_response_due_date?: string
}

/** PayPal has no way to end an order; ours says that it was, and is then never captured. */
export const closedMark = (paymentId: string) => `${paymentId}.closed`

/** The invoice id is ours and, by the account's default setting, is paid at most once. */
export function toOrder(terms: PaymentTerms) {
  return {
    intent: 'CAPTURE',
    purchase_units: [
      {
        amount: toPayPalMoney(terms.amountMinor, terms.currency),
        description: terms.description.slice(0, 127),
        custom_id: terms.paymentId,
        invoice_id: terms.paymentId,
      },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          // No cheques that take days: places are kept for minutes.
          payment_method_preference: 'IMMEDIATE_PAYMENT_REQUIRED',
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
          locale: terms.locale === 'fr' ? 'fr-FR' : 'en-GB',
          return_url: terms.returnUrl,
          cancel_url: terms.returnUrl,
        },
      },
    },
  }
}

export function payPage(order: PayPalOrder): string {
  return order.links?.find(({ rel }) => rel === 'payer-action' || rel === 'approve')?.href ?? ''
}

export const unitOf = (order: PayPalOrder) => order.purchase_units[0]

/** The capture that counts: the one that took money, else the last one tried. */
export function captureOf(order: PayPalOrder): PayPalCapture | undefined {
  const captures = unitOf(order)?.payments?.captures ?? []
  return captures.find(({ status }) => CAPTURED[status] === 'succeeded') ?? captures.at(-1)
}

const CAPTURED: Record<PayPalCapture['status'], ProviderPayment['state']> = {
  COMPLETED: 'succeeded',
  PARTIALLY_REFUNDED: 'succeeded',
  REFUNDED: 'succeeded',
  PENDING: 'processing',
  DECLINED: 'failed',
  FAILED: 'failed',
}

/** An order that is known by its id alone until money moved, and by that and the capture's id from then on. */
export function toPayment(order: PayPalOrder, paymentId: string): ProviderPayment {
  const capture = captureOf(order)
  if (capture) return toCharge(order.id, capture)
  const unit = unitOf(order)
  const over = order.status === 'VOIDED' || unit?.custom_id === closedMark(paymentId)
  const money = unit ? fromPayPalMoney(unit.amount) : { amountMinor: 0, currency: '' }
  return { reference: order.id, state: over ? 'failed' : 'open', ...money, redirectUrl: payPage(order) }
}

export function toCharge(orderId: string, capture: PayPalCapture): ProviderPayment {
  const reference = `${orderId}:${capture.id}`
  return { reference, state: CAPTURED[capture.status], ...fromPayPalMoney(capture.amount), redirectUrl: '' }
}

const isStanding = ({ status }: PayPalRefund) => status !== 'FAILED' && status !== 'CANCELLED'

export function toRefund(refund: PayPalRefund): ProviderRefund {
  return {
    reference: refund.id,
    state: refund.status === 'COMPLETED' ? 'succeeded' : isStanding(refund) ? 'pending' : 'failed',
    ...fromPayPalMoney(refund.amount),
    problem: isStanding(refund) ? undefined : (refund.status_details?.reason ?? refund.status),
  }
}

const LOST = ['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']

export function toDispute(dispute: PayPalDispute, paymentId: string | undefined): ProviderDispute {
  const outcome = dispute.dispute_outcome?.outcome_code
  // PayPal pays both sides now and then (RESOLVED_WITH_PAYOUT): nothing is lost for the seller.
  const lost = outcome === undefined ? dispute.dispute_outcome?.amount_refunded !== undefined : LOST.includes(outcome)
  return {
    reference: dispute.dispute_id,
    paymentId,
    state: dispute.status !== 'RESOLVED' ? 'open' : lost ? 'lost' : 'won',
    ...fromPayPalMoney(dispute.dispute_amount),
    reason: dispute.reason ?? '',
    respondBy: dispute.seller_response_due_date ? new Date(dispute.seller_response_due_date) : undefined,
  }
}
