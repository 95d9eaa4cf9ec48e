import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import type { PaymentProvider } from '../../src/payments/provider.ts'
import { limitFor, racesOf } from '../runs.ts'
import { openShop, type Shop } from '../shop.ts'

const AT_ONCE = 8
const TRIES = Math.ceil(racesOf(24) / AT_ONCE) * AT_ONCE
/** Longer than any hold. */
const TOO_LATE = 700

/** A provider that opens as slowly as a test needs it: so many payments only once it is let go. */
function createSlowness() {
  let left = 0
  let released = Promise.withResolvers<void>()
  return {
    provider: (real: PaymentProvider): PaymentProvider => ({
      ...real,
      open: async (terms) => {
        if (left-- > 0) await released.promise
        return real.open(terms)
      },
    }),
    hold(count: number): void {
      left = count
      released = Promise.withResolvers<void>()
    },
    letGo: () => released.resolve(),
  }
}

const slowness = createSlowness()
let shop: Shop
beforeAll(async () => {
  shop = await openShop({ capacity: 100_000, overrides: { provider: slowness.provider } })
})
afterEach(() => shop.payments.control({ webhooks: 'ok', next: 'ok' }))
afterAll(() => shop?.stop())

/** Until the service waits for the provider with so many payments. */
async function opening(at: Shop, count: number): Promise<void> {
  await eventually(async () => {
    const rows = await at.tickets.context.db
      .selectFrom('payment')
      .select('id')
      .where('state', '=', 'pending')
      .where('provider_reference', 'is', null)
      .execute()
    return rows.length === count
  })
}

async function runJobs(at: Shop, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const job of [expireHolds, checkPendingPayments, finishRefunds]) await job.run(at.tickets.context)
    at.tickets.clock.advance(16)
  }
}

describe('a provider that opens slowly, while the poll gives the payment up', () => {
  it('has the page closed that nobody would ask about, and the buyer told to start anew', async () => {
    await shop.payments.control({ webhooks: 'drop' })
    slowness.hold(1)
    const order = await shop.hold()
    const key = { 'idempotency-key': order.id }
    const answer = shop.startPayment(order, key)
    await opening(shop, 1)
    shop.tickets.clock.advance(TOO_LATE)
    await checkPendingPayments.run(shop.tickets.context)
    slowness.letGo()
    expect((await answer).json()).toMatchObject({ status: 409, code: 'payment-over' })
    expect(await shop.read(order)).toMatchObject({ state: 'expired', payment: { state: 'failed', redirectUrl: null } })
    expect((await shop.payments.journal()).sessions.map((session) => session.state)).toEqual(['abandoned'])
    // The same call again opens nothing, and another finds that the places are gone.
    expect((await shop.startPayment(order, key)).json()).toMatchObject({ state: 'failed', redirectUrl: null })
    expect((await shop.startPayment(order)).json()).toMatchObject({ status: 409, code: 'hold-expired' })
  })

  it(`leaves no charge unseen in ${TRIES} races, whoever is first`, limitFor(TRIES), async () => {
    await shop.payments.control({ webhooks: 'drop' })
    const answers: Record<string, number> = {}
    for (let done = 0; done < TRIES; done += AT_ONCE) {
      const orders = await Promise.all(Array.from({ length: AT_ONCE }, () => shop.hold()))
      const slow = 1 + ((done / AT_ONCE) % AT_ONCE)
      slowness.hold(slow)
      let racing = true
      const buyers = Promise.all(
        orders.map(async (order) => {
          const answer = await shop.startPayment(order)
          const paid = answer.statusCode === 201 && answer.json().redirectUrl
          const end = paid ? await shop.payments.act(answer.json().redirectUrl, 'pay') : answer.json().code
          answers[end] = (answers[end] ?? 0) + 1
        }),
      ).finally(() => {
        racing = false
      })
      await opening(shop, slow)
      shop.tickets.clock.advance(TOO_LATE)
      while (racing) {
        await checkPendingPayments.run(shop.tickets.context)
        slowness.letGo()
        shop.tickets.clock.advance(5)
      }
      await buyers
    }
    await runJobs(shop, 20)
    const { sessions, charges } = await shop.payments.journal()
    expect(sessions.filter((session) => session.state === 'open')).toEqual([])
    expect(answers['payment-over']).toBeGreaterThan(0)
    expect(await shop.violations()).toEqual([])
    console.log(`${TRIES} slow openings: ${JSON.stringify(answers)}, ${charges.length} charges`)
  })

  it('loses money when the page stays open: the control', async () => {
    const pages: string[] = []
    const slow = createSlowness()
    const control = await openShop({
      overrides: {
        provider: (real) => ({
          ...real,
          close: async () => {},
          open: async (terms) => {
            const opened = await slow.provider(real).open(terms)
            pages.push(opened.redirectUrl)
            return opened
          },
        }),
      },
    })
    await control.payments.control({ webhooks: 'drop' })
    slow.hold(1)
    const answer = control.startPayment(await control.hold())
    await opening(control, 1)
    control.tickets.clock.advance(TOO_LATE)
    await checkPendingPayments.run(control.tickets.context)
    slow.letGo()
    await answer
    await control.payments.act(pages[0] ?? '', 'pay')
    await runJobs(control, 20)
    const violations = (await control.violations()).join('\n')
    await control.stop()
    expect(violations).toMatch(/I3 charge pay_\w+ bought nothing/)
  })
})
