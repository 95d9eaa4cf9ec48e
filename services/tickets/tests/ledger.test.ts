import { inTransaction, sql } from '@guichet/database'
import { csvLine, newUuid, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LedgerEntry, postLedger } from '../src/ledger/post-ledger.ts'
import { sell } from './fixture.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'manual',
  sourceId: newUuid(),
  organizerId: newUuid(),
  eventId: newUuid(),
  orderId: newUuid(),
  currency: 'EUR',
  occurredAt: new Date(),
  postings: [
    { account: 'provider:simulated', amountMinor: 4_900 },
    { account: 'customer-prepayments', amountMinor: -4_900 },
  ],
  ...more,
})
const post = (...entries: LedgerEntry[]) => inTransaction(shop.tickets.context.db, (tx) => postLedger(tx, entries))

async function postingsOf(sourceId: string): Promise<string[]> {
  const { rows } = await sql<{ kind: string; account: string; amount_minor: number }>`
    select kind, account, amount_minor from ledger_posting where source_id = ${sourceId} order by kind, position`.execute(
    shop.tickets.context.db,
  )
  return rows.map((row) => `${row.kind} ${row.account} ${row.amount_minor}`)
}

describe('postLedger', () => {
  it('writes any number of movements at once, and a repetition of some has no second effect', async () => {
    const entries = Array.from({ length: 300 }, () => entry())
    await post(...entries.slice(0, 200))
    await post(...entries, ...entries.slice(0, 10))
    for (const { sourceId } of entries.slice(195, 205)) {
      expect(await postingsOf(sourceId)).toEqual([
        'manual provider:simulated 4900',
        'manual customer-prepayments -4900',
      ])
    }
  })

  it('leaves out what is nothing, and writes no movement of nothing', async () => {
    const nothing = entry({ postings: [{ account: 'sales', amountMinor: 0 }] })
    const { postings } = entry()
    const partly = entry({ postings: [...postings, { account: 'vat', amountMinor: 0 }] })
    await post(nothing, partly)
    expect(await postingsOf(nothing.sourceId)).toEqual([])
    expect(await postingsOf(partly.sourceId)).toHaveLength(2)
  })

  it('refuses what does not balance, and all that came with it', async () => {
    const good = entry()
    const wrong = entry({ postings: [...good.postings, { account: 'sales', amountMinor: -1 }] })
    await expect(post(good, wrong)).rejects.toThrow(/ledger_transaction_balances/)
    expect(await postingsOf(good.sourceId)).toEqual([])
  })

  it('is never changed afterwards, and nothing is taken out of it', async () => {
    const { sourceId } = entry()
    await post(entry({ sourceId }))
    const { db } = shop.tickets.context
    for (const change of [
      sql`update ledger_transaction set amounts = '{1,-1}' where source_id = ${sourceId}`,
      sql`delete from ledger_transaction where source_id = ${sourceId}`,
    ]) {
      await expect(change.execute(db)).rejects.toThrow(/only ever added to/)
    }
  })
})

describe('a purchase', () => {
  it('is the charge and the sale, each once, however often its payment is asked about', async () => {
    const order = await shop.hold(2)
    await shop.payments.act(await shop.payPage(order), 'pay')
    const { payment } = await shop.becomes(order, 'confirmed')
    await shop.call(order, 'payment-check')
    expect(await postingsOf(toUuid('pay', payment.id))).toEqual([
      'charge provider:simulated 9800',
      'charge customer-prepayments -9800',
    ])
    const [spent, ...earned] = (await postingsOf(toUuid('ord', order.id))).toReversed()
    expect(spent).toBe('sale customer-prepayments 9800')
    expect(earned).toEqual(['sale sales -9800'])
  })

  it('for nothing moves nothing', async () => {
    const free = await sell(shop.tickets, shop.event, { priceMinor: 0 })
    const order = await shop.hold(1, free)
    await shop.call(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
    expect((await shop.read(order)).state).toBe('confirmed')
    expect(await postingsOf(toUuid('ord', order.id))).toEqual([])
  })
})

describe('the ledger of an organizer', () => {
  const base = () => `/v1/organizers/${shop.event.organizerId}`
  const get = (path: string) => shop.tickets.call('GET', `${base()}/${path}`, { token: shop.event.owner })

  async function buyAndGiveBackOne() {
    const order = await shop.hold(2)
    await shop.payments.act(await shop.payPage(order), 'pay')
    await shop.call(order, 'payment-check')
    const body = { lines: [{ lineNumber: 1, quantity: 1 }] }
    await shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: shop.event.owner, body })
    return order
  }

  it('names every movement of an order with the ids of the rest of the API, latest first', async () => {
    const order = await buyAndGiveBackOne()
    const { payment } = await shop.read(order)
    const { items } = (await get(`ledger?orderId=${order.id}`)).json()
    expect(items.map((one: { kind: string }) => one.kind).sort()).toEqual([
      'charge',
      'refund-paid',
      'refund-promised',
      'sale',
    ])
    const sources = new Map(items.map((one: { kind: string; source: string }) => [one.kind, one.source]))
    expect([sources.get('charge'), sources.get('sale')]).toEqual([payment.id, order.id])
    expect(sources.get('refund-paid')).toMatch(/^rfd_/)
    expect(items.find((one: { kind: string }) => one.kind === 'refund-promised')).toMatchObject({
      eventId: shop.event.eventId,
      orderId: order.id,
      currency: 'EUR',
      postings: [
        { account: 'sales', amountMinor: 4_900 },
        { account: 'refunds-due', amountMinor: -4_900 },
      ],
    })
  })

  it('is read page by page without a gap, and filtered by time, kind and account', async () => {
    await buyAndGiveBackOne()
    const all = (await get('ledger?limit=200')).json().items
    const paged: unknown[] = []
    for (let cursor = ''; ; ) {
      const page = (await get(`ledger?limit=2${cursor && `&cursor=${cursor}`}`)).json()
      paged.push(...page.items)
      cursor = page.nextCursor
      if (!cursor) break
    }
    expect(paged).toEqual(all)
    const charges = all.filter((one: { kind: string }) => one.kind === 'charge')
    expect((await get('ledger?kind=charge')).json().items).toEqual(charges)
    const due = (await get('ledger?account=refunds-due')).json().items
    expect(due.every((one: { kind: string }) => one.kind.startsWith('refund-'))).toBe(true)
    const before = encodeURIComponent(all.at(-1).occurredAt)
    expect((await get(`ledger?to=${before}`)).json().items).toEqual([])
    expect((await get(`ledger?from=${before}&limit=200`)).json().items).toEqual(all)
    for (const wrong of ['kind=nonsense', 'from=yesterday', 'limit=0', 'cursor=x', 'account=A']) {
      expect((await get(`ledger?${wrong}`)).statusCode, wrong).toBe(400)
    }
  })

  it('sums each account, and all of them to nothing', async () => {
    const { items } = (await get('ledger-balances')).json()
    expect(items.reduce((sum: number, one: { balanceMinor: number }) => sum + one.balanceMinor, 0)).toBe(0)
    const sales = items.find((one: { account: string }) => one.account === 'sales')
    const provider = items.find((one: { account: string }) => one.account === 'provider:simulated')
    expect(sales.balanceMinor).toBe(-provider.balanceMinor)
    expect(items.find((one: { account: string }) => one.account === 'customer-prepayments').balanceMinor).toBe(0)
  })

  it('is a CSV file whose lines add up, and which no spreadsheet takes for formulas (S-67)', async () => {
    const answer = await get('ledger.csv')
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="ledger-org_\w+\.csv"$/)
    const [header, ...lines] = answer.body.trimEnd().split('\r\n')
    expect(header).toBe('occurred_at,kind,source,event,order,account,debit,credit,amount_minor,currency')
    const cells = lines.map((line) => line.split(','))
    expect(cells.reduce((sum, line) => sum + Number(line[8]), 0)).toBe(0)
    for (const [, , , , , , debit, credit, minor] of cells) {
      expect(Number(debit || 0) - Number(credit || 0)).toBeCloseTo(Number(minor) / 100, 5)
    }
    const cases = {
      '=1+1': "'=1+1",
      '+33 1': "'+33 1",
      '-x': "'-x",
      '@sum': "'@sum",
      '\tx': `"'\tx"`,
      'a"b,c': '"a""b,c"',
      'a\r\nb': '"a\r\nb"',
    }
    for (const [cell, written] of Object.entries(cases)) expect(csvLine([cell, -1, null])).toBe(`${written},-1,\r\n`)
  })
})

describe('a refund in parts', () => {
  it('gives back, to the minor unit, what the order had earned: VAT, fees and all', async () => {
    const order = await shop.hold(3)
    // As if it had been sold with a fee and two rates of VAT.
    await sql`update order_line set unit_price_minor = 4999, unit_fee_minor = 151, vat_bp = 550, fee_vat_bp = 2000
               where order_id = ${toUuid('ord', order.id)}`.execute(shop.tickets.context.db)
    await sql`update orders set total_minor = 15450 where id = ${toUuid('ord', order.id)}`.execute(
      shop.tickets.context.db,
    )
    await shop.payments.act(await shop.payPage(order), 'pay')
    await shop.call(order, 'payment-check')
    for (const body of [{ amountMinor: 1_001 }, { lines: [{ lineNumber: 1, quantity: 2 }] }, {}]) {
      const answer = await shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, {
        token: shop.event.owner,
        body,
      })
      expect(answer.statusCode).toBe(201)
    }
    const { rows } = await sql<{ account: string; credit: number; balance: number }>`
      select account, -sum(amount_minor) filter (where amount_minor < 0)::bigint as credit, sum(amount_minor)::bigint as balance
        from ledger_posting where order_id = ${toUuid('ord', order.id)} group by 1 order by 1`.execute(
      shop.tickets.context.db,
    )
    expect(rows.map((row) => [row.account, row.balance])).toEqual(
      ['customer-prepayments', 'fee-vat', 'fees', 'provider:simulated', 'refunds-due', 'sales', 'vat'].map(
        (account) => [account, 0],
      ),
    )
    const { rows: sold } = await sql<{ account: string; amount_minor: number }>`
      select account, amount_minor from ledger_posting where source_id = ${toUuid('ord', order.id)} and kind = 'sale'`.execute(
      shop.tickets.context.db,
    )
    expect(Object.fromEntries(sold.map((row) => [row.account, row.amount_minor]))).toEqual({
      sales: -14_215,
      vat: -782,
      fees: -377,
      'fee-vat': -76,
      'customer-prepayments': 15_450,
    })
    expect(await shop.violations()).toEqual([])
  })
})
