import { inTransaction, sql } from '@guichet/database'
import { newUuid, toUuid } from '@guichet/server'
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
