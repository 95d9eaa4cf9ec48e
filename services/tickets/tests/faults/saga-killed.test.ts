import { parseId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findViolations } from '../invariants.ts'
import { type Payments, startPayments } from '../payments-process.ts'
import { limitFor, timesOf } from './counts.ts'
import { type History, keepHistory } from './history.ts'
import { type DurablePostgres, startDurablePostgres } from './postgres.ts'
import { type ProviderProxy, startProviderProxy } from './provider-proxy.ts'
import { type DatabaseProxy, startProxy } from './proxy.ts'
import { putOnSale, query, type Sale } from './sale.ts'
import { PUBLIC_URL, runCommand, type Service, startService } from './service.ts'

/** Kills at each point. */
const KILLS = timesOf(1)
const PAY = { provider: 'simulated', returnUrl: `${PUBLIC_URL}/fr/orders/x` }

let payments: Payments
let postgres: DurablePostgres
let provider: ProviderProxy
let database: DatabaseProxy
let service: Service
let sale: Sale
let history: History
let databaseUrl: string
beforeAll(async () => {
  payments = await startPayments()
  // Nobody tells us anything: what is found out after a kill is found out by asking.
  await payments.control({ webhooks: 'drop' })
  provider = await startProviderProxy(payments.url)
  postgres = await startDurablePostgres()
  databaseUrl = postgres.url('tickets')
  database = await startProxy(postgres.port)
  service = await startService({
    databaseUrl: postgres.url('tickets', database.port),
    simulatedUrl: provider.url,
    migrate: true,
    supervised: true,
  })
  sale = await putOnSale(databaseUrl, { priceMinor: 4_900 })
  history = keepHistory([service.url])
})
afterAll(async () => {
  await service?.stop()
  await database?.stop()
  await provider?.stop()
  await postgres?.stop()
  await payments?.stop()
})

interface Purchase {
  id: string
  secret: string
  uuid: string
}

async function place(): Promise<Purchase> {
  const { body } = await history.ask({ act: 'place', path: '/v1/orders', body: sale.order(2) })
  return { id: body.id, secret: body.secret, uuid: parseId('ord', body.id) ?? '' }
}

const ask = (order: Purchase, act: 'pay' | 'check' | 'cancel') => {
  const [path, body] = (
    { pay: ['payments', PAY], check: ['payment-check', {}], cancel: ['cancellation', {}] } as const
  )[act]
  return history.ask({ act, path: `/v1/orders/${order.id}/${path}`, body, secret: order.secret })
}

async function openAndPay(order: Purchase): Promise<void> {
  const { body } = await ask(order, 'pay')
  await payments.act(body.redirectUrl ?? '', 'pay')
}

/** Lets time pass for one order: its deadline, and when we next look after its payments and refunds. */
async function makeDue(order: Purchase, deadline = false): Promise<void> {
  if (deadline)
    await query(databaseUrl, `update orders set expires_at = now() - interval '1 second' where id = $1`, [order.uuid])
  await query(databaseUrl, 'update payment set next_check_at = now() where order_id = $1', [order.uuid])
  await query(databaseUrl, 'update refund set next_attempt_at = now() where order_id = $1', [order.uuid])
}

const stateOf = async (order: Purchase) =>
  (await query<{ state: string }>(databaseUrl, 'select state from orders where id = $1', [order.uuid]))[0]?.state
const becomes = (order: Purchase, state: string) => eventually(async () => (await stateOf(order)) === state)

/** What the provider's own journal says of the order. */
async function journalOf(order: Purchase) {
  const ids = await query<{ provider_reference: string }>(
    databaseUrl,
    'select provider_reference from payment where order_id = $1',
    [order.uuid],
  )
  const sessions = ids.map((row) => row.provider_reference)
  const { charges, refunds, sessions: all } = await payments.journal()
  const own = (entry: { sessionId: string }) => sessions.includes(entry.sessionId)
  return {
    charges: charges.filter(own).length,
    refunds: refunds.filter(own).length,
    sessions: all.filter((session) => sessions.includes(session.id)).length,
  }
}

/** Cancels the event of one sale, so that all that was paid goes back; there is no member here to ask. */
async function cancelEvent(eventUuid: string): Promise<void> {
  await query(databaseUrl, `update event set status = 'cancelled', settling = true where event_id = $1`, [eventUuid])
}

async function killOnce(caught: Promise<unknown>): Promise<void> {
  await caught
  await service.killAndAwaitReturn()
}

describe.each(['before', 'after'] as const)('killed with -9 %s', (point) => {
  it('F3: the opening of the payment: the buyer goes on with the one session there is', limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const order = await place()
      const caught = provider.snare('open', point)
      const opened = ask(order, 'pay')
      await killOnce(caught)
      await payments.act((await opened).body.redirectUrl ?? '', 'pay')
      await ask(order, 'check')
      await becomes(order, 'confirmed')
      expect(await journalOf(order)).toEqual({ charges: 1, refunds: 0, sessions: 1 })
    }
  })

  it('F3: the question after the charge: it is asked again, and confirms once', limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const order = await place()
      await openAndPay(order)
      const caught = provider.snare('find', point)
      await makeDue(order)
      await killOnce(caught)
      await makeDue(order)
      await becomes(order, 'confirmed')
      expect(await journalOf(order)).toEqual({ charges: 1, refunds: 0, sessions: 1 })
    }
  })

  it('F7: the closing of the page of a hold that is over: the hold ends, unpaid', limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const order = await place()
      await ask(order, 'pay')
      const caught = provider.snare('close', point)
      await makeDue(order, true)
      await killOnce(caught)
      await makeDue(order)
      await becomes(order, 'expired')
      expect(await journalOf(order)).toMatchObject({ charges: 0, refunds: 0 })
    }
  })

  it('F7: the sending of a refund: the money goes back once', limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const own = await putOnSale(databaseUrl, { priceMinor: 4_900 })
      const { body } = await history.ask({ act: 'place', path: '/v1/orders', body: own.order(1) })
      const order = { id: body.id, secret: body.secret, uuid: parseId('ord', body.id) ?? '' }
      await openAndPay(order)
      await ask(order, 'check')
      const caught = provider.snare('refund', point)
      await cancelEvent(own.eventUuid)
      await killOnce(caught)
      await makeDue(order)
      await eventually(async () => (await journalOf(order)).refunds === 1 && (await refundsPending(order)) === 0)
      expect(await stateOf(order)).toBe('refunded')
    }
  })
})

const refundsPending = async (order: Purchase) =>
  (await query(databaseUrl, `select id from refund where order_id = $1 and state = 'pending'`, [order.uuid])).length

describe.each([
  ['before the commit', 'held'],
  ['after the commit', 'confirmed'],
] as const)('F4: killed with -9 %s of the confirmation', (point, between) => {
  it('nothing of it remains, or all of it; and then it is confirmed, once', limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const order = await place()
      await openAndPay(order)
      const [payment] = await query<{ provider_reference: string }>(
        databaseUrl,
        'select provider_reference from payment where order_id = $1',
        [order.uuid],
      )
      const isCommitted = async () => (await stateOf(order)) === 'confirmed'
      const caught = database.snare({ marker: payment?.provider_reference ?? '', point, isCommitted })
      await makeDue(order)
      await caught
      expect(await stateOf(order)).toBe(between)
      await service.killAndAwaitReturn()
      await makeDue(order)
      await becomes(order, 'confirmed')
      expect(await journalOf(order)).toEqual({ charges: 1, refunds: 0, sessions: 1 })
      const messages = await query(
        databaseUrl,
        `select 1 from outbox where type = 'tickets.order-confirmed.v1' and subject = $1`,
        [order.id],
      )
      expect(messages).toHaveLength(1)
    }
  })
})

it('F27: with all webhooks lost and nobody coming back, who paid has tickets soon', async () => {
  const orders = await Promise.all(Array.from({ length: 20 }, place))
  const paidAt = new Map<string, number>()
  await Promise.all(
    orders.map(async (order) => {
      await openAndPay(order)
      paidAt.set(order.id, performance.now())
    }),
  )
  const seconds = await Promise.all(
    orders.map(async (order) => {
      await eventually(() => stateOf(order).then((state) => state === 'confirmed'))
      return (performance.now() - (paidAt.get(order.id) ?? 0)) / 1_000
    }),
  )
  console.log(`all webhooks lost: shown as paid after ${Math.max(...seconds).toFixed(1)} s at most`)
  // On a machine that does nothing else it is half of it; one that is busy has other things to do as well.
  expect(Math.max(...seconds)).toBeLessThan(120)
})

it('money that comes late, when the places are gone, is back within minutes and announced', async () => {
  const small = await putOnSale(databaseUrl, { priceMinor: 4_900, capacity: 1 })
  const held = await history.ask({ act: 'place', path: '/v1/orders', body: small.order(1) })
  const order = { id: held.body.id, secret: held.body.secret, uuid: parseId('ord', held.body.id) ?? '' }
  const { body } = await ask(order, 'pay')
  // Nobody can take the page away when the hold ends, so the places go to somebody else.
  provider.refuse(true)
  await query(databaseUrl, `update orders set expires_at = now() - interval '50 seconds' where id = $1`, [order.uuid])
  await makeDue(order)
  await becomes(order, 'expired')
  // A refusal may be a second old.
  const other = () => history.ask({ act: 'place', path: '/v1/orders', body: small.order(1) })
  await eventually(async () => (await other()).status === 201)
  provider.refuse(false)
  await payments.act(body.redirectUrl ?? '', 'pay')
  const paidAt = performance.now()
  const told = async () =>
    (
      await query(databaseUrl, `select 1 from outbox where type = 'tickets.payment-refunded.v1' and subject = $1`, [
        order.id,
      ])
    ).length === 1
  await eventually(told, 150_000)
  console.log(
    `late money, places gone: back and announced after ${((performance.now() - paidAt) / 1_000).toFixed(1)} s`,
  )
  expect(await journalOf(order)).toMatchObject({ charges: 1, refunds: 1 })
  expect(await stateOf(order)).toBe('expired')
})

it('leaves books that close, with the provider’s own beside them', async () => {
  const closed = async () => {
    const found = await findViolations({ databaseUrl, journal: await payments.journal() })
    return found.length === 0
  }
  await eventually(closed)
  // As if it had been a while ago, so that every payment is compared with the provider's own books.
  await query(databaseUrl, `update payment set created_at = created_at - interval '1 hour'`)
  const options = { databaseUrl, simulatedUrl: payments.url }
  const { code, printed } = await runCommand(options, ['reconcile', '--json'])
  const runs = (JSON.parse(printed) as { items: { paymentsAsked: number; differences: unknown[] }[] }).items
  expect(runs.flatMap((run) => run.differences)).toEqual([])
  expect(runs.reduce((sum, run) => sum + run.paymentsAsked, 0)).toBeGreaterThan(20)
  expect(code).toBe(0)
  console.log(`kill -9 around each call and commit of the purchase, ${KILLS} of each: ${service.starts() - 1} kills`)
})
