import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentTerms } from '../../src/payments/provider.ts'
import { createPayPalProvider } from '../../src/payments/providers/paypal.ts'
import { providerContract } from './contract.ts'
import { startPayPal, WEBHOOK_ID } from './paypal-fake.ts'

const optionsFor = (baseUrl: string) => ({
  mode: 'test' as const,
  clientId: 'client-loopback',
  clientSecret: 'secret-loopback',
  webhookId: WEBHOOK_ID,
  baseUrl,
  nowMs: Date.now,
})

providerContract('paypal', async () => {
  const paypal = await startPayPal()
  const options = optionsFor(paypal.url)
  const provider = createPayPalProvider(options)
  const orderFor = (paymentId: string) =>
    [...paypal.orders.values()].find((order) => order.purchase_units[0]?.invoice_id === paymentId)
  const idOf = (reference: string) => paypal.orders.get(reference)?.purchase_units[0]?.invoice_id ?? ''
  return {
    provider,
    impatient: createPayPalProvider({ ...options, timeoutMs: 1_000 }),
    withWrongKey: createPayPalProvider({ ...options, clientSecret: 'nobody' }),
    /** The buyer approves and comes back to our page, which asks. */
    async buyer({ reference }, act) {
      if (act === 'pay') paypal.approve(reference)
      await provider.find({ paymentId: idOf(reference), reference })
    },
    // Closing begins with a look.
    fault: async (operation, fault) => paypal.fault(operation === 'close' ? 'find' : operation, fault),
    journal: async () => paypal.journal(),
    webhook: async (paymentId) => {
      const capture = orderFor(paymentId)?.purchase_units[0]?.payments?.captures?.[0]
      return paypal.event('PAYMENT.CAPTURE.COMPLETED', capture)
    },
    forgeries: async ({ headers, body }) => {
      const { resource } = JSON.parse(body.toString())
      const type = 'PAYMENT.CAPTURE.COMPLETED'
      return {
        'the signature of another webhook': paypal.event(type, resource, { webhookId: '0EH40505U7160970P' }),
        'a certificate from elsewhere': paypal.event(type, resource, {
          certificate: 'https://paypal.com.evil.example/',
        }),
        'a body written anew': { headers, body: Buffer.from(JSON.stringify(JSON.parse(body.toString()))) },
        'a body that would add to our question': {
          headers,
          body: Buffer.from(`${body.toString().trim()},"webhook_id":"0EH40505U7160970P"`),
        },
        'another time': { headers: { ...headers, 'paypal-transmission-time': '2026-01-01T00:00:00Z' }, body },
      }
    },
    findsByOurId: false,
    currencies: { EUR: 4_900, JPY: 4_900, HUF: 490_000, TWD: 49_000 },
    unsupportedCurrency: 'KWD',
    stop: paypal.stop,
  }
})

describe('PayPal', () => {
  let paypal: Awaited<ReturnType<typeof startPayPal>>
  const provider = (more: object = {}) => createPayPalProvider({ ...optionsFor(paypal.url), ...more })
  beforeAll(async () => {
    paypal = await startPayPal()
  })
  afterAll(() => paypal?.stop())

  async function opened(more: Partial<PaymentTerms> = {}) {
    const asked = terms(more)
    return { ...asked, ...(await provider().open(asked)) }
  }
  async function paid(amountMinor = 4_900) {
    const payment = await opened({ amountMinor })
    paypal.approve(payment.reference)
    const found = await provider().find(payment)
    if (found?.state !== 'succeeded') throw new Error('Not paid')
    return { ...payment, reference: found.reference }
  }
  const refundOf = (payment: { paymentId: string; reference: string }, amountMinor: number) => ({
    paymentId: payment.paymentId,
    reference: payment.reference,
    refundId: toId('rfd', newUuid()),
    amountMinor,
    currency: 'EUR',
  })
  const count = (ending: string) => paypal.calls.filter(({ path }) => path.endsWith(ending)).length

  it('takes the money of an approval when it is first seen, once, though three see it at once', async () => {
    const payment = await opened()
    paypal.approve(payment.reference)
    const seen = await Promise.all([1, 2, 3].map(() => provider().find(payment)))
    expect(seen.map((one) => one?.state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    const charges = paypal.journal().charges.filter(({ paymentId }) => paymentId === payment.paymentId)
    expect(charges).toHaveLength(1)
    // From now on PayPal's own id of the charge is known.
    const reference = seen[0]?.reference ?? ''
    expect(reference).toMatch(new RegExp(`^${payment.reference}:[A-Z0-9]+$`))
    expect(await provider().find({ ...payment, reference })).toMatchObject({ state: 'succeeded', amountMinor: 4_900 })
  })

  it('takes nothing of an approval that comes after the payment was closed', async () => {
    const payment = await opened()
    await provider().close(payment.reference)
    paypal.approve(payment.reference)
    expect((await provider().find(payment))?.state).toBe('failed')
    expect(count(`${payment.reference}/capture`)).toBe(0)
  })

  it('lets a buyer who is declined choose another means, and gives up where that cannot help', async () => {
    const payment = await opened()
    paypal.approve(payment.reference, 'INSTRUMENT_DECLINED')
    expect(await provider().find(payment)).toMatchObject({ state: 'open', redirectUrl: payment.redirectUrl })
    paypal.approve(payment.reference)
    expect((await provider().find(payment))?.state).toBe('succeeded')

    const blocked = await opened()
    paypal.approve(blocked.reference, 'PAYEE_BLOCKED_TRANSACTION')
    expect((await provider().find(blocked))?.state).toBe('failed')
    expect((await provider().find(blocked))?.state).toBe('failed')
    expect(count(`${blocked.reference}/capture`)).toBe(1)
  })

  it('waits while PayPal looks into a capture', async () => {
    const payment = await opened()
    paypal.approve(payment.reference, 'PENDING')
    expect((await provider().find(payment))?.state).toBe('processing')
    const capture = paypal.orders.get(payment.reference)?.purchase_units[0]?.payments?.captures?.[0]
    Object.assign(capture ?? {}, { status: 'DECLINED' })
    expect((await provider().find(payment))?.state).toBe('failed')
  })

  it('takes an order that PayPal has forgotten for what it is: one that nobody paid', async () => {
    const payment = await opened()
    paypal.forget(payment.reference)
    expect((await provider().find(payment))?.state).toBe('failed')
  })

  it('never takes the order of another payment for ours', async () => {
    const { reference } = await opened()
    const { paymentId } = terms()
    await expect(provider().find({ paymentId, reference })).rejects.toMatchObject({ kind: 'misconfigured' })
  })

  it('says why a refund failed, and sends it anew under another name only', async () => {
    const payment = await paid()
    const refund = refundOf(payment, 1_000)
    const { reference } = await provider().refund(refund)
    const [failed] = paypal.refundsOf(payment.reference.split(':')[1] ?? '')
    Object.assign(failed ?? {}, { status: 'FAILED', status_details: { reason: 'ECHECK' } })
    expect(await provider().findRefund(refund)).toMatchObject({ reference, state: 'failed', problem: 'ECHECK' })
    expect(await provider().refund(refund)).toMatchObject({ reference, state: 'failed' })
    const again = { ...refund, refundId: `${refund.refundId}-2` }
    const sent = await provider().refund(again)
    expect(sent).toMatchObject({ state: 'succeeded' })
    expect(await provider().findRefund(again)).toEqual(sent)
    expect(await provider().findRefund(refund)).toMatchObject({ reference, state: 'failed' })
  })

  it('refunds in full by the order alone, when its capture was never recorded', async () => {
    const payment = await paid()
    const [orderId = ''] = payment.reference.split(':')
    const refund = refundOf({ ...payment, reference: orderId }, 4_900)
    expect(await provider().refund(refund)).toMatchObject({ state: 'succeeded', amountMinor: 4_900 })
    await expect(provider().refund(refundOf(payment, 1))).rejects.toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('CAPTURE_FULLY_REFUNDED'),
    })
  })

  it('asks for one access token, however many wait for it, and for another when it is taken back', async () => {
    const fresh = provider()
    const before = count('/v1/oauth2/token')
    const payments = await Promise.all([1, 2, 3, 4].map(() => fresh.open(terms())))
    expect(payments).toHaveLength(4)
    expect(count('/v1/oauth2/token')).toBe(before + 1)
    paypal.revokeTokens()
    expect((await fresh.open(terms())).reference).not.toBe('')
    expect(count('/v1/oauth2/token')).toBe(before + 2)
  })

  it('refuses decimals where PayPal has none, and rounds nothing', async () => {
    await expect(provider().open(terms({ currency: 'HUF', amountMinor: 490_050 }))).rejects.toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('HUF'),
    })
  })

  it('is not ready before its webhook is there and tells all that we must hear', async () => {
    const unready = { kind: 'misconfigured' }
    await expect(provider({ webhookId: '' }).check()).rejects.toMatchObject(unready)
    await expect(provider({ webhookId: '0EH40505U7160970P' }).check()).rejects.toMatchObject(unready)
    paypal.subscribed.event_types = [{ name: 'PAYMENT.CAPTURE.COMPLETED' }]
    await expect(provider().check()).rejects.toMatchObject({
      ...unready,
      words: expect.stringContaining('CUSTOMER.DISPUTE.CREATED'),
    })
    paypal.subscribed.event_types = [{ name: '*' }]
    await provider().check()
  })

  describe('a webhook', () => {
    const read = ({ headers, body }: ReturnType<typeof paypal.event>) => provider().readWebhook(headers, body)

    it('about an approval, a refund of ours, one from PayPal’s own pages, or a dispute says which', async () => {
      const payment = await paid()
      const { paymentId } = payment
      const [orderId = '', captureId = ''] = payment.reference.split(':')
      expect(await read(paypal.event('CHECKOUT.ORDER.APPROVED', paypal.orders.get(orderId)))).toMatchObject({
        kind: 'payment',
        paymentId,
      })
      const refund = refundOf(payment, 1_000)
      await provider().refund(refund)
      const links = [{ rel: 'up', href: `https://api-m.sandbox.paypal.com/v2/payments/captures/${captureId}` }]
      const [sent] = paypal.refundsOf(captureId)
      expect(await read(paypal.event('PAYMENT.CAPTURE.REFUNDED', { ...sent, links }))).toMatchObject({
        kind: 'refund',
        paymentId,
        refundId: refund.refundId,
      })
      const byHand = { id: '1Y107995YT783435V', invoice_id: paymentId, links }
      expect(await read(paypal.event('PAYMENT.CAPTURE.REFUNDED', byHand))).toMatchObject({ kind: 'refund', paymentId })
      expect(await read(paypal.event('CUSTOMER.DISPUTE.CREATED', { dispute_id: 'PP-D-4012' }))).toMatchObject({
        kind: 'dispute',
        disputeReference: 'PP-D-4012',
      })
      expect(await read(paypal.event('BILLING.PLAN.CREATED', { id: 'P-1' }))).toMatchObject({ kind: 'other' })
    })

    it('is refused without asking PayPal when it cannot be genuine', async () => {
      const asked = count('/verify-webhook-signature')
      const { headers, body } = paypal.event('CHECKOUT.ORDER.APPROVED', {})
      const forged = [
        { headers, body: Buffer.from('[]') },
        { headers, body: Buffer.from('{"id":1}') },
        { headers: { ...headers, 'paypal-cert-url': 'http://api.paypal.com/cert' }, body },
        { headers: { ...headers, 'paypal-transmission-sig': ['a', 'b'] }, body },
      ]
      for (const one of forged) {
        await expect(provider().readWebhook(one.headers, one.body)).rejects.toMatchObject({ code: 'webhook-refused' })
      }
      await expect(provider({ webhookId: '' }).readWebhook(headers, body)).rejects.toMatchObject({
        code: 'webhook-refused',
      })
      expect(count('/verify-webhook-signature')).toBe(asked)
    })
  })

  it.each([
    ['WAITING_FOR_SELLER_RESPONSE', undefined, 'open'],
    ['UNDER_REVIEW', undefined, 'open'],
    ['RESOLVED', 'RESOLVED_BUYER_FAVOUR', 'lost'],
    ['RESOLVED', 'ACCEPTED', 'lost'],
    ['RESOLVED', 'RESOLVED_SELLER_FAVOUR', 'won'],
    ['RESOLVED', 'RESOLVED_WITH_PAYOUT', 'won'],
    ['RESOLVED', 'CANCELED_BY_BUYER', 'won'],
  ])('reads a dispute that is %s (%s) as %s', async (status, outcome, state) => {
    const payment = await paid()
    const captureId = payment.reference.split(':')[1] ?? ''
    paypal.disputes.set('PP-D-4012', {
      dispute_id: 'PP-D-4012',
      reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
      status,
      dispute_amount: { currency_code: 'EUR', value: '49.00' },
      ...(outcome && { dispute_outcome: { outcome_code: outcome } }),
      // Without our invoice number, as for some payments: the capture says whose it was.
      disputed_transactions: [{ seller_transaction_id: captureId }],
      seller_response_due_date: '2026-12-01T00:00:00.000Z',
    })
    expect(await provider().findDispute('PP-D-4012')).toEqual({
      reference: 'PP-D-4012',
      paymentId: payment.paymentId,
      state,
      amountMinor: 4_900,
      currency: 'EUR',
      reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
      respondBy: new Date('2026-12-01T00:00:00.000Z'),
    })
    expect(await provider().findDispute('PP-D-0')).toBeUndefined()
  })
})

function terms(more: Partial<PaymentTerms> = {}): PaymentTerms {
  return {
    paymentId: toId('pay', newUuid()),
    amountMinor: 4_900,
    currency: 'EUR',
    returnUrl: 'http://localhost:4000/fr/orders/x?key=y',
    description: 'Concert de printemps',
    locale: 'fr',
    buyerEmail: 'amina@example.org',
    expiresAt: new Date(Date.now() + 600_000),
    ...more,
  }
}
