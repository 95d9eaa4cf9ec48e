import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import type { PaymentProvider } from '../../src/payments/provider.ts'
import { type Order, openShop, type Shop } from '../shop.ts'

type Step =
  | 'before open'
  | 'after open'
  | 'after find'
  | 'before refund'
  | 'after refund'
  | 'before close'
  | 'after close'

let dieAt: Step | undefined
const died = (step: Step) => {
  if (dieAt !== step) return
  dieAt = undefined
  throw new Error(`died ${step}`)
}

/** The real provider, beside which this process can die at a chosen step: nothing after it happens. */
function mortal(real: PaymentProvider): PaymentProvider {
  const around =
    <Args extends unknown[], Result>(name: 'open' | 'refund' | 'close', act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      died(`before ${name}`)
      const result = await act(...args)
      died(`after ${name}`)
      return result
    }
  return {
    ...real,
    open: around('open', real.open),
    close: around('close', real.close),
    refund: around('refund', real.refund),
    find: async (payment) => {
      const found = await real.find(payment)
      died('after find')
      return found
    },
  }
}

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ overrides: { provider: mortal } })
  await shop.payments.control({ webhooks: 'drop' })
})
afterAll(() => shop?.stop())

async function runJobs(rounds: number) {
  for (let round = 0; round < rounds; round++) {
    await expireHolds.run(shop.tickets.context)
    await checkPendingPayments.run(shop.tickets.context)
    await finishRefunds.run(shop.tickets.context)
    shop.tickets.clock.advance(16)
  }
}

const sessions = async (paymentId: string) =>
  (await shop.payments.journal()).sessions.filter((session) => session.reference === paymentId)
const paymentOf = async (order: Order) => (await shop.read(order)).payment

describe('F3: dying around the call that opens a payment', () => {
  it.each(['before open', 'after open'] as const)('%s: the buyer goes on with the same payment', async (step) => {
    const order = await shop.hold()
    dieAt = step
    expect((await shop.startPayment(order)).statusCode).toBe(500)
    await shop.payments.act(await shop.payPage(order), 'pay')
    await runJobs(2)
    expect((await shop.read(order)).state).toBe('confirmed')
    expect(await sessions((await paymentOf(order)).id)).toHaveLength(1)
  })

  it.each(['before open', 'after open'] as const)('%s, and the buyer never returns: the hold ends', async (step) => {
    const order = await shop.hold()
    dieAt = step
    await shop.startPayment(order)
    shop.tickets.clock.advance(601)
    await runJobs(3)
    expect(await shop.read(order)).toMatchObject({ state: 'expired', payment: { state: 'failed' } })
    const left = await sessions((await paymentOf(order)).id)
    expect(left.map((session) => session.state)).toEqual(step === 'after open' ? ['abandoned'] : [])
  })
})

describe('F4: dying once the money is there', () => {
  it('before it was recorded: the next to ask confirms, once', async () => {
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    dieAt = 'after find'
    expect((await shop.call(order, 'payment-check')).statusCode).toBe(500)
    expect((await shop.read(order)).state).toBe('held')
    await runJobs(2)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('inside the confirming transaction: nothing of it remains, then all of it', async () => {
    const order = await shop.hold(2)
    await shop.payments.act(await shop.payPage(order), 'pay')
    const { db } = shop.tickets.context
    const { sql } = await import('@guichet/database')
    for (const table of ['ticket', 'outbox', 'order_number']) {
      await sql`create function die() returns trigger language plpgsql as 'begin raise exception ''died''; end'`.execute(
        db,
      )
      await sql`create trigger die before insert or update on ${sql.ref(table)} execute function die()`.execute(db)
      expect((await shop.call(order, 'payment-check')).statusCode).toBe(500)
      const found = await shop.read(order)
      expect(found).toMatchObject({ state: 'held', tickets: [], number: null, payment: { state: 'pending' } })
      await sql`drop function die() cascade`.execute(db)
    }
    expect((await shop.call(order, 'payment-check')).json()).toMatchObject({ state: 'confirmed' })
    expect((await shop.read(order)).tickets).toHaveLength(2)
  })
})

describe('F7: dying around the undo', () => {
  it.each(['before refund', 'after refund'] as const)('%s: the money goes back once', async (step) => {
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    await shop.call(order, 'payment-check')
    dieAt = step
    expect((await shop.refund(order)).json().state).toBe('pending')
    await runJobs(3)
    expect((await shop.read(order)).state).toBe('refunded')
    const payment = await shop.tickets.context.db
      .selectFrom('payment')
      .select('provider_reference')
      .where('order_id', '=', toUuid('ord', order.id))
      .executeTakeFirstOrThrow()
    const { refunds } = await shop.payments.journal()
    expect(refunds.filter((refund) => refund.sessionId === payment.provider_reference)).toHaveLength(1)
  })

  it.each(['before close', 'after close'] as const)('%s: an expiring hold still ends', async (step) => {
    const order = await shop.hold()
    await shop.payPage(order)
    shop.tickets.clock.advance(601)
    dieAt = step
    await runJobs(4)
    expect(await shop.read(order)).toMatchObject({ state: 'expired', payment: { state: 'failed' } })
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  await runJobs(3)
  expect(dieAt).toBeUndefined()
  expect(await shop.violations()).toEqual([])
})
