import { type PaymentProvider, ProviderError, type ProviderPayment, type RefundTerms } from '../provider.ts'
import { connectPayPal, type PayPalConnection, PayPalRefusal } from './paypal-client.ts'
import { toPayPalMoney } from './paypal-money.ts'
import {
  captureOf,
  closedMark,
  type PayPalCapture,
  type PayPalDispute,
  type PayPalOrder,
  type PayPalRefund,
  payPage,
  toCharge,
  toDispute,
  toOrder,
  toPayment,
  toRefund,
  unitOf,
} from './paypal-order.ts'
import { capturedBy, PAYPAL_EVENTS, readPayPalWebhook } from './paypal-webhook.ts'

export interface PayPalOptions extends PayPalConnection {
  /** PayPal's id of the webhook that posts to us; empty until there is one. */
  webhookId: string
}

/** The buyer may go back to PayPal's page and choose another means. */
const BUYER_CAN_TRY_AGAIN = new Set([
  'INSTRUMENT_DECLINED',
  'ORDER_NOT_APPROVED',
  'PAYER_ACTION_REQUIRED',
  'REDIRECT_PAYER_FOR_ALTERNATE_FUNDING',
])

/**
 * PayPal by Orders v2. The buyer only approves; the money moves when we capture, which `find` does as soon as it sees the
 * approval: at the return page, a webhook or our poll. Whoever dies before a capture has taken nothing. Our reference is the
 * order's id and, from the capture on, that and the capture's.
 */
export function createPayPalProvider(options: PayPalOptions): PaymentProvider {
  const client = connectPayPal(options)
  const orderOf = (id: string) => client.ask<PayPalOrder>('GET', `/v2/checkout/orders/${id}`)
  const capture = (id: string) => client.ask<PayPalCapture>('GET', `/v2/payments/captures/${id}`)

  /** PayPal captures an order once. The time of the approval keeps a second approval from getting the first's refusal again. */
  async function take(order: PayPalOrder, paymentId: string): Promise<ProviderPayment> {
    const requestId = `${paymentId}-capture-${order.update_time ?? ''}`
    try {
      const path = `/v2/checkout/orders/${order.id}/capture`
      return toPayment(await client.ask<PayPalOrder>('POST', path, { body: '{}', requestId }), paymentId)
    } catch (error) {
      if (!(error instanceof PayPalRefusal) || error.kind !== 'refused') throw error
      if (error.issue === 'ORDER_ALREADY_CAPTURED') return toPayment(await orderOf(order.id), paymentId)
      const payment = toPayment(order, paymentId)
      if (BUYER_CAN_TRY_AGAIN.has(error.issue)) return payment
      await close(order.id)
      return { ...payment, state: 'failed' }
    }
  }

  async function close(reference: string): Promise<void> {
    const [orderId = ''] = reference.split(':')
    const order = await orderOf(orderId)
    const mark = closedMark(unitOf(order)?.invoice_id ?? '')
    if (captureOf(order) || unitOf(order)?.custom_id === mark) return
    const body = [{ op: 'replace', path: "/purchase_units/@reference_id=='default'/custom_id", value: mark }]
    try {
      await client.ask('PATCH', `/v2/checkout/orders/${orderId}`, { body: JSON.stringify(body) })
    } catch (error) {
      if (!(error instanceof PayPalRefusal) || error.issue !== 'ORDER_ALREADY_COMPLETED') throw error
    }
  }

  /** A refund of ours bears its id. */
  async function refundOf({ reference, refundId }: RefundTerms): Promise<PayPalRefund | undefined> {
    const [orderId = ''] = reference.split(':')
    const order = await orderOf(orderId).catch(forgotten)
    const refunds = (order && unitOf(order)?.payments?.refunds) ?? []
    return refunds.find(({ invoice_id, custom_id }) => (custom_id ?? invoice_id) === refundId)
  }

  async function captureIdOf(reference: string): Promise<string> {
    const [orderId = '', known] = reference.split(':')
    const captureId = known ?? captureOf(await orderOf(orderId))?.id
    if (!captureId) throw new ProviderError('refused', 'This PayPal order was never captured')
    return captureId
  }

  return {
    mode: options.mode,
    capabilities: { polled: true, refunds: 'automatic', disputes: true },

    async open(terms) {
      const body = JSON.stringify(toOrder(terms))
      const order = await client.ask<PayPalOrder>('POST', '/v2/checkout/orders', { body, requestId: terms.paymentId })
      return { reference: order.id, redirectUrl: payPage(order) }
    },

    async find({ paymentId, reference }) {
      // PayPal cannot be asked by our id; nor does money ever move for an order whose id we do not know.
      if (!reference) return undefined
      const [orderId = '', captureId] = reference.split(':')
      if (captureId) {
        const charge = await capture(captureId)
        assertOurs(charge.invoice_id, paymentId)
        return toCharge(orderId, charge)
      }
      const order = await orderOf(orderId).catch(forgotten)
      // An order that nobody paid for is forgotten after some hours; one that was captured never is.
      if (!order) return { reference, state: 'failed', amountMinor: 0, currency: '', redirectUrl: '' }
      assertOurs(unitOf(order)?.invoice_id, paymentId)
      const payment = toPayment(order, paymentId)
      return order.status === 'APPROVED' && payment.state === 'open' ? take(order, paymentId) : payment
    },

    close: (reference) => close(reference),

    async refund(terms) {
      const amount = toPayPalMoney(terms.amountMinor, terms.currency)
      const captureId = await captureIdOf(terms.reference)
      const made = await refundOf(terms)
      if (made) return toRefund(made)
      const body = JSON.stringify({ amount, custom_id: terms.refundId, invoice_id: terms.refundId })
      const path = `/v2/payments/captures/${captureId}/refund`
      return toRefund(await client.ask<PayPalRefund>('POST', path, { body, requestId: terms.refundId }))
    },

    async findRefund(terms) {
      const found = await refundOf(terms)
      return found && toRefund(found)
    },

    async findDispute(reference) {
      const path = `/v1/customer/disputes/${encodeURIComponent(reference)}`
      const dispute = await client.ask<PayPalDispute>('GET', path).catch(forgotten)
      if (!dispute) return undefined
      const [disputed] = dispute.disputed_transactions ?? []
      const paid = disputed?.seller_transaction_id
      const paymentId = disputed?.invoice_number ?? (paid && (await capture(paid).catch(forgotten))?.invoice_id)
      return toDispute(dispute, paymentId)
    },

    async readWebhook(headers, body) {
      const webhook = await readPayPalWebhook(client, options.webhookId, headers, body)
      if (webhook.kind !== 'refund' || webhook.paymentId) return webhook
      const captureId = capturedBy(body)
      return { ...webhook, paymentId: captureId && (await capture(captureId).catch(forgotten))?.invoice_id }
    },

    async check() {
      // The first of these also asks for an access token.
      await client.ask('GET', '/v1/customer/disputes?page_size=1')
      if (options.webhookId === '') throw new ProviderError('misconfigured', 'The id of the webhook is missing')
      const path = `/v1/notifications/webhooks/${encodeURIComponent(options.webhookId)}`
      const { event_types = [] } = await client.ask<{ event_types?: { name: string }[] }>('GET', path)
      const names = event_types.map(({ name }) => name)
      const missing = names.includes('*') ? [] : PAYPAL_EVENTS.filter((name) => !names.includes(name))
      if (missing.length > 0) {
        throw new ProviderError('misconfigured', `The webhook is not subscribed to ${missing.join(', ')}`)
      }
    },
  }
}

function assertOurs(invoiceId: string | undefined, paymentId: string): void {
  if (invoiceId === paymentId) return
  throw new ProviderError('misconfigured', `This PayPal order is for ${invoiceId ?? 'another payment'}`)
}

function forgotten(error: unknown): undefined {
  if (error instanceof PayPalRefusal && error.status === 404) return undefined
  throw error
}
