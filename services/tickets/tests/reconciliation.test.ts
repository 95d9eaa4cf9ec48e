import { sql } from '@guichet/database'
import { newUuid, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { reconcileDaily } from '../src/jobs/reconcile-daily.ts'
import { reconcileRequested } from '../src/jobs/reconcile-requested.ts'
import { expireDueHolds } from '../src/orders/end-holds.ts'
import { reconcileCommand } from '../src/reconciliation/command.ts'
import { publishEvent } from './fixture.ts'
import { type Order, openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterEach(() => shop.payments.control({ webhooks: 'ok', next: 'ok' }))
afterAll(() => shop?.stop())

const db = () => shop.tickets.context.db
const uuid = (order: Order) => toUuid('ord', order.id)

async function buy(quantity = 1): Promise<Order> {
  const order = await shop.hold(quantity)
  await shop.payments.act(await shop.payPage(order), 'pay')
  await shop.call(order, 'payment-check')
  await shop.becomes(order, 'confirmed')
  return order
}

/** A payment that was made, of which we hear nothing; old enough to be missed. */
async function paidInSilence(): Promise<Order> {
  await shop.payments.control({ webhooks: 'drop' })
  const order = await shop.hold()
  await shop.payments.act(await shop.payPage(order), 'pay')
  shop.tickets.clock.advance(400)
  return order
}

/** `./guichet reconcile --json …`, as its process runs it. */
async function reconcile(...args: string[]) {
  let printed = ''
  const code = await reconcileCommand(shop.tickets.context, ['--json', ...args], (text) => {
    printed += text
  })
  const { items } = JSON.parse(printed) as { items: { differences: Difference[]; repaired: number }[] }
  const differences = items.flatMap((item) => item.differences)
  return { code, differences, kinds: differences.map(({ kind }) => kind).sort() }
}

interface Difference {
  id: string
  kind: string
  subject: string
  expected: number | null
  actual: number | null
  repairable: boolean
}

/** What may be broken, and what the comparison then says. */
const REPAIRABLE: Record<string, () => Promise<unknown>> = {
  'charge-unrecorded': paidInSilence,
  'refund-unrecorded': async () => {
    const order = await buy()
    await shop.payments.control({ next: '500-after-charge', on: 'refund' })
    await shop.refund(order)
    shop.tickets.clock.advance(400)
  },
  'money-stranded': async () => {
    const order = await paidInSilence()
    await db().updateTable('payment').set({ state: 'failed' }).where('order_id', '=', uuid(order)).execute()
    shop.tickets.clock.advance(300)
    await expireDueHolds(shop.tickets.context, 100)
    // As if the charge had been recorded and the promise of its refund forgotten.
    await sql`update payment set state = 'succeeded', charged_minor = amount_minor, charged_currency = currency, problem = 'late-payment',
                     settled_at = created_at, provider_reference = (select provider_reference from payment p where p.id = payment.id)
               where order_id = ${uuid(order)}`.execute(db())
  },
  'order-refunded-differs': async () => {
    const order = await buy()
    await db().updateTable('orders').set({ refunded_minor: 7 }).where('id', '=', uuid(order)).execute()
  },
  'hold-overdue': async () => {
    await shop.hold()
    shop.tickets.clock.advance(800)
  },
  'tickets-missing': async () => {
    const order = await buy(3)
    await sql`delete from ticket where id in (select id from ticket where order_id = ${uuid(order)} limit 2)`.execute(
      db(),
    )
  },
  'stock-differs': () =>
    sql`update allotment set sold = sold + 5, held = held + 1 where event_id = ${toUuid('evt', shop.event.eventId)}`.execute(
      db(),
    ),
  'ledger-missing': async () => {
    const order = await buy(2)
    await shop.refund(order)
    await sql`alter table ledger_transaction disable trigger ledger_transaction_is_final`.execute(db())
    await sql`delete from ledger_transaction where order_id = ${uuid(order)}`.execute(db())
    await sql`alter table ledger_transaction enable trigger ledger_transaction_is_final`.execute(db())
  },
}

describe('a comparison of the books', () => {
  it('of a shop where all is well finds nothing, and ends with 0', async () => {
    await shop.refund(await buy(2))
    await buy()
    expect(await reconcile()).toEqual({ code: 0, differences: [], kinds: [] })
  })

  it.each(Object.keys(REPAIRABLE))('finds %s, repairs it on demand, and finds nothing any more', async (kind) => {
    await REPAIRABLE[kind]?.()
    const found = await reconcile()
    expect(found.code).toBe(3)
    expect(found.kinds).toContain(kind)
    expect(found.differences.filter((one) => !one.repairable)).toEqual([])
    // Once may lay open what was behind it.
    await reconcile('--repair')
    await reconcile('--repair')
    expect(await reconcile()).toEqual({ code: 0, differences: [], kinds: [] })
    expect(await shop.violations()).toEqual([])
  })

  it('finds a refund that nobody carries out, and carries it out', async () => {
    const order = await buy()
    await shop.payments.control({ next: '429', on: 'refund' })
    await shop.refund(order)
    shop.tickets.clock.advance(901)
    expect((await reconcile()).kinds).toEqual(['refund-overdue'])
    expect(await reconcile('--repair')).toMatchObject({ code: 0 })
    expect((await shop.read(order)).payment.state).toBe('refunded')
  })

  it('names what only a person can judge, with both amounts, and leaves it alone', async () => {
    const order = await buy()
    const change = (amount: number) =>
      db().updateTable('payment').set({ charged_minor: amount }).where('order_id', '=', uuid(order)).execute()
    await change(4_800)
    shop.tickets.clock.advance(400)
    const found = await reconcile('--repair')
    expect(found.code).toBe(3)
    expect(found.kinds).toEqual(['charge-differs', 'ledger-differs', 'order-not-paid-once'])
    expect(found.differences.find((one) => one.kind === 'charge-differs')).toMatchObject({
      expected: 4_900,
      actual: 4_800,
      repairable: false,
    })
    await change(4_900)
    expect((await reconcile()).code).toBe(0)
  })

  it('finds a charge that the provider does not know, and a movement without a reason', async () => {
    const order = await buy()
    const { rows } = await sql<{ id: string; provider_reference: string }>`
      select id, provider_reference from payment where order_id = ${uuid(order)}`.execute(db())
    const other = await shop.hold()
    await shop.payPage(other)
    await sql`update payment set provider_reference = (select provider_reference from payment where order_id = ${uuid(other)})
               where id = ${rows[0]?.id}`.execute(db())
    await sql`insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
              select ${newUuid()}, 'charge', organizer_id, event_id, id, 'EUR', '{provider:simulated,sales}', '{1,-1}', now()
                from orders where id = ${uuid(order)}`.execute(db())
    shop.tickets.clock.advance(400)
    expect((await reconcile()).kinds).toEqual(['charge-missing', 'ledger-unfounded'])
    await sql`update payment set provider_reference = ${rows[0]?.provider_reference} where id = ${rows[0]?.id}`.execute(
      db(),
    )
    expect((await reconcile()).kinds).toEqual(['ledger-unfounded'])
    await sql`alter table ledger_transaction disable trigger ledger_transaction_is_final`.execute(db())
    await sql`delete from ledger_transaction where amounts = '{1,-1}'`.execute(db())
    await sql`alter table ledger_transaction enable trigger ledger_transaction_is_final`.execute(db())
    await shop.call(other, 'cancellation')
    expect((await reconcile()).code).toBe(0)
  })

  it('says which payments it could not ask about while the provider is away, and takes nothing for gone', async () => {
    await paidInSilence()
    expect((await reconcile()).kinds).toEqual(['charge-unrecorded'])
    await shop.payments.kill()
    const away = await reconcile('--repair')
    expect([away.code, away.kinds]).toEqual([3, ['charge-unrecorded']])
    await shop.payments.restart()
    expect(await reconcile('--repair')).toMatchObject({ code: 0, kinds: [] })
  })
})

describe('the jobs', () => {
  it('compare once a day, whatever the number of processes, and only who has sold before', async () => {
    const later = await publishEvent(shop.tickets)
    shop.tickets.clock.advance(86_400)
    const done = await Promise.all([1, 2, 3].map(() => reconcileDaily.run(shop.tickets.context)))
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(await reconcileDaily.run(shop.tickets.context)).toBe(0)
    shop.tickets.clock.advance(86_400)
    expect(await reconcileDaily.run(shop.tickets.context)).toBe(1)
    const runs = await shop.tickets.call('GET', `/v1/organizers/${later.organizerId}/reconciliation-runs`, {
      token: later.owner,
    })
    expect(runs.json().items).toEqual([])
  })

  it('go on with a run whose process has died', async () => {
    const url = `/v1/organizers/${shop.event.organizerId}/reconciliation-runs`
    const { id } = (await shop.tickets.call('POST', url, { token: shop.event.owner, body: {} })).json()
    await sql`update reconciliation_run set started_at = ${shop.tickets.clock.now()}, leased_until = ${shop.tickets.clock.now()}::timestamptz + interval '15 minutes'
               where id = ${toUuid('rec', id)}`.execute(db())
    expect(await reconcileRequested.run(shop.tickets.context)).toBe(0)
    shop.tickets.clock.advance(901)
    expect(await reconcileRequested.run(shop.tickets.context)).toBe(1)
    const { items } = (await shop.tickets.call('GET', url, { token: shop.event.owner })).json()
    expect(items[0]).toMatchObject({ id, state: 'done', trigger: 'member' })
  })
})

describe('the routes of the console', () => {
  const base = () => `/v1/organizers/${shop.event.organizerId}`
  const get = (path: string, token = shop.event.owner) => shop.tickets.call('GET', `${base()}/${path}`, { token })

  it('start a comparison, show what it found, and repair one difference, once', async () => {
    const order = await buy(2)
    await sql`delete from ticket where id in (select id from ticket where order_id = ${uuid(order)} limit 1)`.execute(
      db(),
    )
    const headers = { 'idempotency-key': newUuid() }
    const start = () =>
      shop.tickets.call('POST', `${base()}/reconciliation-runs`, { token: shop.event.owner, body: {}, headers })
    const [first, again] = [await start(), await start()]
    expect([first.statusCode, first.json().state]).toEqual([202, 'waiting'])
    expect(again.json().id).toBe(first.json().id)
    const other = await shop.tickets.call('POST', `${base()}/reconciliation-runs`, {
      token: shop.event.owner,
      body: {},
    })
    expect(other.json().id).toBe(first.json().id)
    await reconcileRequested.run(shop.tickets.context)
    expect((await get('reconciliation-runs')).json().items[0]).toMatchObject({
      id: first.json().id,
      state: 'done',
      found: 1,
    })
    const { items } = (await get('reconciliation-differences?state=open')).json()
    expect(items).toMatchObject([
      { kind: 'tickets-missing', subject: order.id, expected: 2, actual: 1, repairable: true, state: 'open' },
    ])
    const repair = () =>
      shop.tickets.call('POST', `/v1/reconciliation-differences/${items[0].id}/repair`, { token: shop.event.owner })
    const both = await Promise.all([repair(), repair()])
    expect(both.map((answer) => [answer.statusCode, answer.json().state])).toEqual(Array(2).fill([200, 'repaired']))
    expect((await shop.read(order)).tickets).toHaveLength(2)
    expect((await get('reconciliation-differences?state=open')).json().items).toEqual([])
    expect((await get('reconciliation-differences?state=repaired&limit=1')).json().nextCursor).not.toBeNull()
  })

  it('refuse to repair what only a person can judge', async () => {
    const order = await buy()
    await db().updateTable('orders').set({ total_minor: 1 }).where('id', '=', uuid(order)).execute()
    await reconcile()
    const { items } = (await get('reconciliation-differences?state=open')).json()
    const { id } = items.find((one: Difference) => one.kind === 'order-total-differs')
    const answer = await shop.tickets.call('POST', `/v1/reconciliation-differences/${id}/repair`, {
      token: shop.event.owner,
    })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'difference-not-repairable'])
    await db().updateTable('orders').set({ total_minor: 4_900 }).where('id', '=', uuid(order)).execute()
    expect((await reconcile()).code).toBe(0)
  })

  it('are for those who keep the books, and nobody else learns that there is anything', async () => {
    const order = await buy()
    await db().updateTable('orders').set({ refunded_minor: 7 }).where('id', '=', uuid(order)).execute()
    await reconcile()
    const { items } = (await get('reconciliation-differences?state=open')).json()
    const stranger = await publishEvent(shop.tickets)
    const [finance, manager, door] = [
      await shop.event.member('finance'),
      await shop.event.member('manager'),
      await shop.event.member('door'),
    ]
    const reads = ['ledger', 'ledger-balances', 'ledger.csv', 'reconciliation-runs', 'reconciliation-differences']
    for (const path of reads) {
      expect((await get(path, finance)).statusCode, path).toBe(200)
      expect((await get(path, door)).statusCode, path).toBe(403)
      expect((await get(path, stranger.owner)).statusCode, path).toBe(404)
      expect((await shop.tickets.call('GET', `${base()}/${path}`)).statusCode, path).toBe(401)
      expect((await get(`${path}?nonsense=1`)).statusCode, path).toBe(400)
    }
    const writes = [`${base()}/reconciliation-runs`, `/v1/reconciliation-differences/${items[0].id}/repair`]
    for (const url of writes) {
      expect((await shop.tickets.call('POST', url, { body: {} })).statusCode, url).toBe(401)
      expect((await shop.tickets.call('POST', url, { body: {}, token: manager })).statusCode, url).toBe(403)
      expect((await shop.tickets.call('POST', url, { body: {}, token: stranger.owner })).statusCode, url).toBe(404)
      expect((await shop.tickets.call('POST', url, { body: { all: 1 }, token: finance })).statusCode, url).toBe(400)
    }
    const nothing = '/v1/reconciliation-differences/dif_00000000000000000000000000/repair'
    expect((await shop.tickets.call('POST', nothing, { body: {}, token: finance })).statusCode).toBe(404)
    expect((await shop.tickets.call('POST', writes[1] ?? '', { body: {}, token: finance })).json().state).toBe(
      'repaired',
    )
    await eventually(async () => (await reconcile()).code === 0)
  })
})
