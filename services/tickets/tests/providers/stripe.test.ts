import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentTerms } from '../../src/payments/provider.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe.ts'
import { providerContract } from './contract.ts'
import { startStripe } from './stripe-fake.ts'

providerContract('stripe', async () => {
  const stripe = await startStripe()
  const options = {
    mode: 'test' as const,
    secretKey: 'sk_test_loopback',
    webhookSecrets: ['whsec_next', 'whsec_loopback'],
    baseUrl: stripe.url,
    nowMs: Date.now,
  }
  const paidSession = (paymentId: string) =>
    [...stripe.sessions.values()].find((session) => session.client_reference_id === paymentId)
  return {
    provider: createStripeProvider(options),
    impatient: createStripeProvider({ ...options, timeoutMs: 1_000 }),
    withWrongKey: createStripeProvider({ ...options, secretKey: 'sk_test_nobody' }),
    async buyer({ reference }, act) {
      if (act === 'pay') stripe.pay(reference)
    },
    fault: async (operation, fault) => stripe.fault(operation, fault),
    journal: async () => stripe.journal(),
    webhook: async (paymentId) => stripe.event('checkout.session.completed', paidSession(paymentId)),
    forgeries: async ({ headers, body }) => {
      const { id, data } = JSON.parse(body.toString())
      const forge = (more: object) => stripe.event('checkout.session.completed', data.object, { id, ...more })
      const seconds = Math.floor(Date.now() / 1_000)
      return {
        'the secret of another endpoint': forge({ secrets: ['whsec_of_another'] }),
        '301 s old': forge({ at: seconds - 301 }),
        'from the future': forge({ at: seconds + 360 }),
        'of live mode': forge({ livemode: true }),
        'another scheme': {
          headers: { 'stripe-signature': String(headers['stripe-signature']).replaceAll('v1=', 'v0=') },
          body,
        },
        'without a time': {
          headers: { 'stripe-signature': String(headers['stripe-signature']).replace(/t=\d+,/, '') },
          body,
        },
      }
    },
    currencies: { EUR: 4_900, JPY: 4_900, KWD: 4_910, ISK: 490, UGX: 49_000, MGA: 490_000, HUF: 490_000 },
    unsupportedCurrency: 'IQD',
    stop: stripe.stop,
  }
})

describe('Stripe', () => {
  let stripe: Awaited<ReturnType<typeof startStripe>>
  const provider = (more: object = {}) =>
    createStripeProvider({
      mode: 'test',
      secretKey: 'sk_test_loopback',
      webhookSecrets: ['whsec_loopback'],
      baseUrl: stripe.url,
      nowMs: Date.now,
      ...more,
    })
  beforeAll(async () => {
    stripe = await startStripe()
  })
  afterAll(() => stripe?.stop())

  async function paid(amountMinor = 4_900) {
    const asked = terms({ amountMinor })
    const { reference } = await provider().open(asked)
    stripe.pay(reference)
    return { ...asked, reference }
  }
  const refundOf = (payment: { paymentId: string; reference: string }, amountMinor: number) => ({
    paymentId: payment.paymentId,
    reference: payment.reference,
    refundId: toId('rfd', newUuid()),
    amountMinor,
    currency: 'EUR',
  })
  const intentOf = (reference: string) => {
    const intent = stripe.intents.get(stripe.sessions.get(reference)?.payment_intent ?? '')
    if (!intent) throw new Error('Not paid')
    return intent
  }
  const count = (method: string, path: string) =>
    stripe.calls.filter((call) => call.method === method && call.path === path).length

  it('opens after all what it first failed to open, though it repeats its 500 under the same key for a day', async () => {
    const asked = terms()
    stripe.fault('open', 'error-before')
    await expect(provider().open(asked)).rejects.toMatchObject({ kind: 'unavailable' })
    const opened = await provider().open(asked)
    expect(opened.redirectUrl).toContain(opened.reference)
    const mine = [...stripe.sessions.values()].filter((session) => session.client_reference_id === asked.paymentId)
    expect(mine).toHaveLength(1)
  })

  it('goes on with the same page after the event got another title and the hold more time', async () => {
    const asked = terms()
    const first = await provider().open(asked)
    const changed = { description: 'Concert d’été', expiresAt: new Date(Date.now() + 1_200_000) }
    expect(await provider().open({ ...asked, ...changed })).toEqual(first)
  })

  it('refunds in full within minutes what it failed to refund, and waits with a part that could go twice', async () => {
    const payment = await paid()
    const whole = refundOf(payment, 4_900)
    stripe.fault('refund', 'error-before')
    await expect(provider().refund(whole)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await provider().refund(whole)).toMatchObject({ state: 'succeeded', amountMinor: 4_900 })

    const part = refundOf(await paid(), 1_000)
    stripe.fault('refund', 'error-before')
    await expect(provider().refund(part)).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(provider().refund(part)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(stripe.refunds.filter((refund) => refund.metadata.refund_id === part.refundId)).toEqual([])
  })

  it('knows a refund years later, when the key is long forgotten', async () => {
    const refund = refundOf(await paid(), 1_000)
    const sent = await provider().refund(refund)
    const asked = count('POST', '/v1/refunds')
    expect(await provider().refund(refund)).toEqual(sent)
    expect(count('POST', '/v1/refunds')).toBe(asked)
  })

  it('says why a refund failed, and sends it anew under another name only', async () => {
    const refund = refundOf(await paid(), 1_000)
    const { reference } = await provider().refund(refund)
    const failed = stripe.refunds.find(({ id }) => id === reference)
    Object.assign(failed ?? {}, { status: 'failed', failure_reason: 'expired_or_canceled_card' })
    expect(await provider().findRefund(refund)).toMatchObject({
      reference,
      state: 'failed',
      problem: 'expired_or_canceled_card',
    })
    expect(await provider().refund(refund)).toMatchObject({ reference, state: 'failed' })
    const again = { ...refund, refundId: `${refund.refundId}-2` }
    const sent = await provider().refund(again)
    expect(sent).toMatchObject({ state: 'succeeded' })
    expect(await provider().findRefund(again)).toEqual(sent)
    expect(await provider().findRefund(refund)).toMatchObject({ reference, state: 'failed' })
  })

  it('waits for banks that take days, and hears when they say no', async () => {
    const asked = terms()
    const { reference } = await provider().open(asked)
    stripe.pay(reference, 'unpaid')
    const found = () => provider().find({ paymentId: asked.paymentId, reference })
    expect((await found())?.state).toBe('processing')
    intentOf(reference).status = 'requires_payment_method'
    expect((await found())?.state).toBe('failed')
  })

  it('never takes the session of another payment for ours, nor one of another account', async () => {
    const { reference } = await provider().open(terms())
    const { paymentId } = terms()
    await expect(provider().find({ paymentId, reference })).rejects.toMatchObject({ kind: 'misconfigured' })
    await expect(provider().find({ paymentId, reference: 'cs_live_elsewhere' })).rejects.toMatchObject({
      kind: 'misconfigured',
      words: expect.stringContaining('cs_live_elsewhere'),
    })
  })

  it('sells nothing for play money: a key of the other mode is refused before a buyer is sent away', async () => {
    const wrong = provider({ mode: 'live' })
    await expect(wrong.open(terms())).rejects.toMatchObject({
      kind: 'misconfigured',
      words: expect.stringMatching(/test mode/),
    })
    await expect(wrong.check()).rejects.toMatchObject({
      kind: 'misconfigured',
      words: expect.stringMatching(/test mode/),
    })
  })

  it('is not ready before charges are enabled and the endpoint’s secret is there', async () => {
    await expect(provider({ webhookSecrets: [] }).check()).rejects.toMatchObject({
      words: expect.stringMatching(/whsec_/),
    })
    stripe.account.charges_enabled = false
    await expect(provider().check()).rejects.toMatchObject({
      kind: 'misconfigured',
      words: expect.stringMatching(/charges/),
    })
    stripe.account.charges_enabled = true
  })

  it.each([
    ['less than Stripe charges', { amountMinor: 49 }],
    ['a fraction of a fils that cards do not know', { currency: 'KWD', amountMinor: 4_905 }],
    ['part of an ariary', { currency: 'MGA', amountMinor: 4_950 }],
  ])('refuses %s in words, and rounds nothing', async (_what, more) => {
    const asked = count('POST', '/v1/checkout/sessions')
    await expect(provider().open(terms(more))).rejects.toMatchObject({
      kind: 'refused',
      words: expect.stringMatching(/\w/),
    })
    expect(count('POST', '/v1/checkout/sessions')).toBe(asked)
  })

  it('leaves out an address that it would find fault with, rather than lose the sale', async () => {
    await provider().open(terms({ buyerEmail: 'amélie@exemple.fr' }))
    expect(new URLSearchParams(stripe.calls.at(-1)?.body).has('customer_email')).toBe(false)
    await provider().open(terms())
    expect(new URLSearchParams(stripe.calls.at(-1)?.body).get('customer_email')).toBe('amina@example.org')
  })

  describe('a webhook', () => {
    const read = ({ headers, body }: ReturnType<typeof stripe.event>) => provider().readWebhook(headers, body)

    it('signed with the old and the new secret at once is genuine to who knows either', async () => {
      const { headers, body } = stripe.event('ping', {}, { secrets: ['whsec_old', 'whsec_new'] })
      for (const secret of ['whsec_old', 'whsec_new']) {
        const reader = provider({ webhookSecrets: [secret] })
        expect(await reader.readWebhook(headers, body)).toMatchObject({ kind: 'other' })
      }
      await expect(provider({ webhookSecrets: [] }).readWebhook(headers, body)).rejects.toThrow()
    })

    it('about a refund, a refunded charge or a dispute says which', async () => {
      const payment = await paid()
      const refund = refundOf(payment, 1_000)
      await provider().refund(refund)
      const { paymentId } = payment
      expect(await read(stripe.event('refund.updated', stripe.refunds[0]))).toMatchObject({
        kind: 'refund',
        paymentId,
        refundId: refund.refundId,
      })
      const charge = { id: 'ch_1', object: 'charge', metadata: { payment_id: paymentId } }
      expect(await read(stripe.event('charge.refunded', charge))).toMatchObject({ kind: 'refund', paymentId })
      const dispute = { id: 'du_1', object: 'dispute', payment_intent: 'pi_1', metadata: {} }
      expect(await read(stripe.event('charge.dispute.created', dispute))).toMatchObject({
        kind: 'dispute',
        disputeReference: 'du_1',
      })
      expect(await read(stripe.event('customer.created', { id: 'cus_1', object: 'customer' }))).toMatchObject({
        kind: 'other',
      })
    })
  })

  it.each([
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['won', 'won'],
    ['lost', 'lost'],
    // A bank that inquires has taken no money: recorded, it would keep the buyer from a refund, and empty the books of it.
    ['warning_needs_response', undefined],
    ['warning_under_review', undefined],
    ['warning_closed', undefined],
  ])('reads a dispute that Stripe calls %s as %s', async (status, state) => {
    const { paymentId, reference } = await paid()
    stripe.disputes.set('du_1', {
      id: 'du_1',
      object: 'dispute',
      amount: 4_900,
      currency: 'eur',
      evidence_details: { due_by: 1_800_000_000, has_evidence: false, past_due: false, submission_count: 0 },
      payment_intent: intentOf(reference),
      reason: 'fraudulent',
      status,
    })
    const found = {
      reference: 'du_1',
      paymentId,
      state,
      amountMinor: 4_900,
      currency: 'EUR',
      reason: 'fraudulent',
      respondBy: new Date(1_800_000_000_000),
    }
    expect(await provider().findDispute('du_1')).toEqual(state && found)
    expect(await provider().findDispute('du_unknown')).toBeUndefined()
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
