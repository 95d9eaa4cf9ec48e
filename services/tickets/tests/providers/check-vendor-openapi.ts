import { join } from 'node:path'
import { newUuid, toId } from '@guichet/server'
import { type Prism, startPrism } from '@guichet/testkit/prism'
import type { PaymentProvider, PaymentTerms } from '../../src/payments/provider.ts'
import { createPayPalProvider } from '../../src/payments/providers/paypal.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe.ts'
import { startPayPal, WEBHOOK_ID } from './paypal-fake.ts'
import { startStripe } from './stripe-fake.ts'
import type { Call } from './vendor-fake.ts'

/**
 * Has each request that our adapters make looked at by a mock made from the vendor's own OpenAPI. Both are brought along:
 *
 *     GUICHET_VENDOR_OPENAPI=<folder> GUICHET_PRISM=<…/@stoplight/prism-cli/dist/index.js> node check-vendor-openapi.ts
 *
 * Ends with 1 when a request is refused, or when a mock accepts one that was spoiled on purpose.
 */
const folder = process.env.GUICHET_VENDOR_OPENAPI
const prism = process.env.GUICHET_PRISM
if (!folder || !prism) {
  console.error('Nothing was checked: GUICHET_VENDOR_OPENAPI and GUICHET_PRISM must name the documents and Prism.')
  process.exit(2)
}

const STRIPE_PATHS = [
  '/v1/account',
  '/v1/checkout/sessions',
  '/v1/checkout/sessions/{session}',
  '/v1/checkout/sessions/{session}/expire',
  '/v1/disputes',
  '/v1/disputes/{dispute}',
  '/v1/payment_intents',
  '/v1/payment_intents/{intent}',
  '/v1/refunds',
]
const SENT_ON = [
  'authorization',
  'content-type',
  'idempotency-key',
  'stripe-version',
  'paypal-request-id',
  'prefer',
  'accept',
]

let failures = 0
const stripePrism = await startPrism(prism, join(folder, 'stripe.json'), STRIPE_PATHS)
await look('Stripe', [stripePrism], await callsToStripe())
await spoil('Stripe', stripePrism, '/v1/checkout/sessions', 'POST', 'mode=payment&line_items[0][quantity]=one')
await spoil('Stripe', stripePrism, '/v1/refunds', 'POST', 'amount=all')
await stripePrism.stop()

const ordersPrism = await startPrism(prism, join(folder, 'paypal_checkout_orders_v2.json'))
const paymentsPrism = await startPrism(prism, join(folder, 'paypal_payments_payment_v2.json'))
await look('PayPal', [ordersPrism, paymentsPrism], await callsToPayPal())
await spoil('PayPal', ordersPrism, '/v2/checkout/orders', 'POST', '{"intent":"STEAL","purchase_units":[]}')
await spoil('PayPal', ordersPrism, '/v2/checkout/orders/5O190127TN364715T', 'PATCH', '[{"op":"rewrite"}]')
const refund = '{"amount":{"value":"many","currency_code":"EUR"}}'
await spoil('PayPal', paymentsPrism, '/v2/payments/captures/3C679366HE338474X/refund', 'POST', refund)
await ordersPrism.stop()
await paymentsPrism.stop()
process.exit(failures === 0 ? 0 : 1)

/** Sends all that was asked on to the mocks and says what they think of it. */
async function look(vendor: string, mocks: Prism[], calls: Call[]): Promise<void> {
  const seen = new Map<string, { accepted: number; objections: string[] }>()
  const unknown = new Set<string>()
  for (const { method, path, query, headers, body } of calls) {
    const mock = mocks.find((one) => one.operation(method, path))
    const operation = mock?.operation(method, path)
    if (!mock || !operation) {
      unknown.add(`${method} ${path}`)
      continue
    }
    const target = query.size === 0 ? path : `${path}?${query}`
    const kept = Object.fromEntries(SENT_ON.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])))
    const objection = await mock.objection(method, target, kept, body)
    const entry = seen.get(operation) ?? { accepted: 0, objections: [] }
    seen.set(operation, entry)
    if (objection === undefined) entry.accepted += 1
    else entry.objections.push(`${objection}\n    ${target} ${body}`)
  }
  for (const [operation, { accepted, objections }] of seen) {
    console.log(`${vendor}: ${operation}: ${accepted} accepted, ${objections.length} refused`)
    for (const objection of objections) console.log(`    ${objection}`)
    failures += objections.length
  }
  for (const operation of unknown) console.log(`${vendor}: ${operation}: not described, so not checked`)
}

/** The control: a mock that lets everything pass would prove nothing. */
async function spoil(vendor: string, mock: Prism, path: string, method: string, body: string): Promise<void> {
  const type = body.startsWith('{') || body.startsWith('[') ? 'application/json' : 'application/x-www-form-urlencoded'
  const objection = await mock.objection(method, path, { authorization: 'Bearer x', 'content-type': type }, body)
  console.log(
    `${vendor}: ${method} ${path}, spoiled: ${objection === undefined ? 'ACCEPTED' : 'refused, as it must be'}`,
  )
  if (objection === undefined) failures += 1
}

async function callsToStripe(): Promise<Call[]> {
  const stripe = await startStripe()
  const provider = createStripeProvider({
    mode: 'test',
    secretKey: 'sk_test_loopback',
    webhookSecrets: ['whsec_loopback'],
    baseUrl: stripe.url,
    nowMs: Date.now,
  })
  await provider.check()
  for (const more of [{ locale: 'fr' }, { currency: 'JPY' }, { currency: 'KWD', amountMinor: 4_910 }]) {
    await provider.open(terms(more))
  }
  const closed = await provider.open(terms({ buyerEmail: null }))
  await provider.close(closed.reference)
  const asked = terms()
  const { reference } = await provider.open(asked)
  // Other terms under the same key: the sessions are listed.
  await provider.open({ ...asked, description: 'Another title' })
  await provider.find({ paymentId: asked.paymentId, reference })
  stripe.pay(reference)
  // A 500 that Stripe would repeat: what is left of the payment is looked up.
  stripe.fault('refund', 'error-before')
  const whole = refundOf(asked, reference, 4_900)
  await provider.refund(whole).catch(() => undefined)
  await provider.refund(whole)
  await provider.findRefund(whole)
  await provider.findDispute('du_1MtJUT2eZvKYlo2CNaw2HvEv')
  await stripe.stop()
  return stripe.calls
}

async function callsToPayPal(): Promise<Call[]> {
  const paypal = await startPayPal()
  const provider: PaymentProvider = createPayPalProvider({
    mode: 'test',
    clientId: 'client-loopback',
    clientSecret: 'secret-loopback',
    webhookId: WEBHOOK_ID,
    baseUrl: paypal.url,
    nowMs: Date.now,
  })
  await provider.check()
  for (const more of [{ locale: 'fr' }, { currency: 'JPY' }, { currency: 'HUF', amountMinor: 490_000 }]) {
    await provider.open(terms(more))
  }
  const closed = await provider.open(terms())
  await provider.close(closed.reference)
  const asked = terms()
  const { reference: orderId } = await provider.open(asked)
  paypal.approve(orderId)
  const paid = await provider.find({ paymentId: asked.paymentId, reference: orderId })
  const reference = paid?.reference ?? orderId
  await provider.find({ paymentId: asked.paymentId, reference })
  const part = refundOf(asked, reference, 1_900)
  await provider.refund(part)
  await provider.findRefund(part)
  const { headers, body } = paypal.event('CHECKOUT.ORDER.APPROVED', paypal.orders.get(orderId))
  await provider.readWebhook(headers, body)
  await provider.findDispute('PP-D-4012')
  await paypal.stop()
  return paypal.calls
}

function terms(more: Partial<PaymentTerms> = {}): PaymentTerms {
  return {
    paymentId: toId('pay', newUuid()),
    amountMinor: 4_900,
    currency: 'EUR',
    returnUrl: 'https://tickets.example.org/fr/orders/x?key=y',
    description: 'Concert de printemps',
    locale: 'en',
    buyerEmail: 'amina@example.org',
    expiresAt: new Date(Date.now() + 600_000),
    ...more,
  }
}

function refundOf({ paymentId, currency }: PaymentTerms, reference: string, amountMinor: number) {
  return { paymentId, reference, refundId: toId('rfd', newUuid()), amountMinor, currency }
}
