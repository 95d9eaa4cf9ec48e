import { randomInt } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentProvider, PaymentTerms, RefundTerms, WebhookHeaders } from '../../src/payments/provider.ts'

export interface Received {
  headers: WebhookHeaders
  body: Buffer
}

/** `after`: the effect happened and the answer is lost, or is a 500. `before`: nothing happened. */
export type Fault = 'lost-before' | 'lost-after' | 'error-after' | 'too-many'
export type Operation = 'open' | 'find' | 'close' | 'refund'

/** A provider and the strings of its fake. */
export interface ProviderUnderTest {
  provider: PaymentProvider
  /** The same, waiting a second for an answer: for those that are lost. The other must not give up because we are slow. */
  impatient?: PaymentProvider
  /** The same with credentials that the provider does not know; undefined where there are none. */
  withWrongKey?: PaymentProvider
  /** What the buyer does; `reference` and `redirectUrl` as `open` answered. Never fails when it is too late. */
  buyer(opened: { reference: string; redirectUrl: string }, act: 'pay' | 'decline'): Promise<void>
  /** Hits the next call of that kind, once; undefined where there is no network between us. */
  fault?(operation: Operation, fault: Fault): Promise<void>
  /** What the provider itself wrote down. */
  journal(): Promise<{
    charges: { paymentId: string; amountMinor: number; currency: string }[]
    refunds: { refundId: string; amountMinor: number }[]
  }>
  /** A genuine webhook about a payment that was made; undefined where there are none. */
  webhook?(paymentId: string): Promise<Received>
  /** The same webhook forged, by name; each must be refused. */
  forgeries?(genuine: Received): Promise<Record<string, Received>>
  /** False where only the reference names a payment; then no money can move before we know it. */
  findsByOurId?: false
  /** Currencies that it takes, with an amount in minor units; and one that it does not, if there is any. */
  currencies: Record<string, number>
  unsupportedCurrency?: string
  stop(): Promise<void>
}

/** What every payment provider promises the service, whoever it is. Run against each of them. */
export function providerContract(name: string, start: () => Promise<ProviderUnderTest>): void {
  describe(`the provider ${name}`, () => {
    let under: ProviderUnderTest
    let provider: PaymentProvider
    beforeAll(async () => {
      under = await start()
      provider = under.provider
    })
    afterAll(() => under?.stop())

    const terms = (more: Partial<PaymentTerms> = {}): PaymentTerms => ({
      paymentId: toId('pay', newUuid()),
      amountMinor: 4_900,
      currency: 'EUR',
      returnUrl: 'http://localhost:4000/fr/orders/x?key=y',
      description: 'Concert de printemps',
      locale: 'fr',
      buyerEmail: 'amina@example.org',
      expiresAt: new Date(Date.now() + 600_000),
      ...more,
    })
    const chargesOf = async (paymentId: string) =>
      (await under.journal()).charges.filter((charge) => charge.paymentId === paymentId)
    const refundsOf = async (refundId: string) =>
      (await under.journal()).refunds.filter((refund) => refund.refundId === refundId)
    const askerUnder = (fault: Fault) => (fault.startsWith('lost') && under.impatient) || provider

    async function paid(more: Partial<PaymentTerms> = {}) {
      const asked = terms(more)
      const opened = await provider.open(asked)
      await under.buyer(opened, 'pay')
      const found = await eventually(async () => {
        const payment = await provider.find({ paymentId: asked.paymentId, reference: opened.reference })
        return payment?.state === 'succeeded' ? payment : false
      })
      return { asked, opened, found }
    }
    const refundOf = (payment: Awaited<ReturnType<typeof paid>>, amountMinor: number): RefundTerms => ({
      paymentId: payment.asked.paymentId,
      reference: payment.found.reference,
      refundId: toId('rfd', newUuid()),
      amountMinor,
      currency: payment.asked.currency,
    })

    it('opens one payment for one id, however often it is asked', async () => {
      const asked = terms()
      const first = await provider.open(asked)
      expect(first.reference).not.toBe('')
      expect(await provider.open(asked)).toEqual(first)
      const other = await provider.open(terms())
      expect(other.reference).not.toBe(first.reference)
    })

    it('finds a payment by its reference and by our id, and none that was never opened', async () => {
      const asked = terms()
      expect(await provider.find({ paymentId: asked.paymentId, reference: null })).toBeUndefined()
      const { reference } = await provider.open(asked)
      const expected = { reference, state: 'open', amountMinor: asked.amountMinor, currency: asked.currency }
      expect(await provider.find({ paymentId: asked.paymentId, reference })).toMatchObject(expected)
      const byOurId = await provider.find({ paymentId: asked.paymentId, reference: null })
      if (under.findsByOurId === false) expect(byOurId).toBeUndefined()
      else expect(byOurId).toMatchObject(expected)
    })

    it('says what was paid, exactly, in each currency', async () => {
      for (const [currency, amountMinor] of Object.entries(under.currencies)) {
        const { asked, found } = await paid({ currency, amountMinor })
        expect(found, currency).toMatchObject({ state: 'succeeded', amountMinor, currency })
        expect(await chargesOf(asked.paymentId), currency).toEqual([
          { paymentId: asked.paymentId, amountMinor, currency },
        ])
      }
    })

    it('refuses a currency that it does not take, before a buyer is asked', async () => {
      if (!under.unsupportedCurrency) return
      const refused = await provider.open(terms({ currency: under.unsupportedCurrency })).catch((error) => error)
      expect(refused).toMatchObject({ kind: 'refused', words: expect.stringMatching(/\S/) })
    })

    it('charges once, however often the buyer clicks', async () => {
      const { asked, opened } = await paid()
      await under.buyer(opened, 'pay')
      await under.buyer(opened, 'pay')
      expect(await chargesOf(asked.paymentId)).toHaveLength(1)
    })

    it('takes nothing from a buyer who is declined', async () => {
      const asked = terms()
      const opened = await provider.open(asked)
      await under.buyer(opened, 'decline')
      const found = await provider.find({ paymentId: asked.paymentId, reference: opened.reference })
      expect(['open', 'failed']).toContain(found?.state)
      expect(await chargesOf(asked.paymentId)).toEqual([])
    })

    it('closes a payment for good, and leaves one that is paid alone', async () => {
      const asked = terms()
      const opened = await provider.open(asked)
      await provider.close(opened.reference)
      await provider.close(opened.reference)
      await under.buyer(opened, 'pay')
      const closed = await provider.find({ paymentId: asked.paymentId, reference: opened.reference })
      // Who pays by hand can do so too late; then it is a charge, and its money goes back.
      if (provider.capabilities.polled) expect(closed?.state).toBe('failed')
      expect(await chargesOf(asked.paymentId)).toHaveLength(closed?.state === 'succeeded' ? 1 : 0)

      const done = await paid()
      await provider.close(done.opened.reference)
      const found = await provider.find({ paymentId: done.asked.paymentId, reference: done.opened.reference })
      expect(found?.state).toBe('succeeded')
    })

    it('refunds in parts, each once, and says so when asked by our id', async () => {
      const payment = await paid()
      const [first, second] = [refundOf(payment, 1_900), refundOf(payment, 3_000)]
      expect(await provider.findRefund(first)).toBeUndefined()
      const sent = await provider.refund(first)
      if (provider.capabilities.refunds === 'by-hand') {
        expect(sent.state).toBe('pending')
        return
      }
      expect(sent).toMatchObject({ amountMinor: 1_900, currency: 'EUR' })
      expect(['pending', 'succeeded']).toContain(sent.state)
      expect(await provider.refund(first)).toMatchObject({ reference: sent.reference })
      await provider.refund(second)
      expect(await refundsOf(first.refundId)).toEqual([{ refundId: first.refundId, amountMinor: 1_900 }])
      expect(await refundsOf(second.refundId)).toEqual([{ refundId: second.refundId, amountMinor: 3_000 }])
      expect(await provider.findRefund(first)).toMatchObject({ reference: sent.reference, amountMinor: 1_900 })
      const more = refundOf(payment, 1)
      expect(await provider.refund(more).catch((error) => error)).toMatchObject({ kind: 'refused' })
      expect(await provider.findRefund(more)).toBeUndefined()
    })

    it('refuses to refund what was never paid, with words', async () => {
      if (provider.capabilities.refunds === 'by-hand') return
      const asked = terms()
      const { reference } = await provider.open(asked)
      const { paymentId, currency } = asked
      const refund = { paymentId, reference, refundId: toId('rfd', newUuid()), amountMinor: 100, currency }
      const refused = await provider.refund(refund).catch((error) => error)
      expect(refused).toMatchObject({ kind: 'refused', words: expect.stringMatching(/\S/) })
    })

    describe('F28: when an answer is lost', () => {
      it.each<Fault>(['lost-before', 'lost-after', 'error-after', 'too-many'])(
        'of opening (%s), it is told apart from a refusal, and the repetition opens the same one',
        async (fault) => {
          if (!under.fault) return
          const asked = terms()
          await under.fault('open', fault)
          const lost = askerUnder(fault).open(asked)
          expect(await lost.catch((error) => error)).toMatchObject({ kind: 'unavailable' })
          const opened = await provider.open(asked)
          const byOurId = await provider.find({ paymentId: asked.paymentId, reference: null })
          if (under.findsByOurId !== false) expect(byOurId).toMatchObject({ reference: opened.reference })
          await under.buyer(opened, 'pay')
          expect(await chargesOf(asked.paymentId)).toHaveLength(1)
        },
      )

      it.each<Fault>(['lost-before', 'lost-after', 'error-after', 'too-many'])(
        'of refunding (%s), the repetition refunds once',
        async (fault) => {
          if (!under.fault) return
          const payment = await paid()
          const refund = refundOf(payment, 4_900)
          await under.fault('refund', fault)
          const lost = askerUnder(fault).refund(refund)
          expect(await lost.catch((error) => error)).toMatchObject({ kind: 'unavailable' })
          const known = await provider.findRefund(refund)
          expect(known !== undefined).toBe(fault === 'lost-after' || fault === 'error-after')
          await provider.refund(refund)
          expect(await refundsOf(refund.refundId)).toEqual([{ refundId: refund.refundId, amountMinor: 4_900 }])
        },
      )

      it.each<Operation>(['find', 'close'])('of %s, it can be asked again', async (operation) => {
        if (!under.fault) return
        const { asked, opened } = await paid()
        const ask = async (of: PaymentProvider) =>
          operation === 'find'
            ? of.find({ paymentId: asked.paymentId, reference: opened.reference })
            : of.close(opened.reference)
        await under.fault(operation, 'lost-before')
        const lost = await ask(askerUnder('lost-before')).catch((error: unknown) => error)
        expect(lost).toMatchObject({ kind: 'unavailable' })
        await ask(provider)
      })
    })

    it('S-47: reads a genuine webhook, and refuses every forged one', async () => {
      if (!under.webhook) {
        const nothing = Buffer.from('{}')
        await expect(provider.readWebhook({}, nothing)).rejects.toMatchObject({ code: 'webhook-refused' })
        return
      }
      const { asked } = await paid()
      const genuine = await under.webhook(asked.paymentId)
      const read = await provider.readWebhook(genuine.headers, genuine.body)
      expect(read).toMatchObject({ kind: 'payment', paymentId: asked.paymentId })
      expect(read.webhookId).not.toBe('')
      const again = await provider.readWebhook(genuine.headers, genuine.body)
      expect(again.webhookId).toBe(read.webhookId)
      const byte = randomInt(genuine.body.length)
      const changed = Buffer.from(genuine.body)
      changed[byte] = (changed[byte] ?? 0) ^ 1
      const forged = {
        'no headers': { headers: {}, body: genuine.body },
        'no body': { headers: genuine.headers, body: Buffer.alloc(0) },
        [`byte ${byte} changed`]: { headers: genuine.headers, body: changed },
        ...(await under.forgeries?.(genuine)),
      }
      for (const [how, { headers, body }] of Object.entries(forged)) {
        const refused = await provider.readWebhook(headers, body).catch((error) => error)
        expect(refused, how).toMatchObject({ code: 'webhook-refused' })
      }
    })

    it('is checked without moving money, and says in its own words when it does not let us in', async () => {
      const before = await under.journal()
      await provider.check()
      expect(await under.journal()).toEqual(before)
      if (!under.withWrongKey) return
      const refused = await under.withWrongKey.check().catch((error) => error)
      expect(refused).toMatchObject({ kind: 'misconfigured', words: expect.stringMatching(/\S/) })
    })
  })
}
