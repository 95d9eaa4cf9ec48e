import { sql } from '@guichet/database'
import { newUuid, toId, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

const DAY = 86_400
const SETTINGS = { beneficiary: 'Salle Pleyel', iban: 'FR1420041010050500013M02606', bic: 'PSSTFRPPPAR', dueDays: 7 }
const NOTE = 'sent back on 25 November'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(async () => {
  // Without a provider's journal: what came by bank is in our own books alone.
  const violations = await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })
  await tickets.stop()
  expect(violations).toEqual([])
})

interface Entry {
  id: string
  outcome: string
  amountMinor: number
}

/** An organizer who is paid by bank, and money that came without a reference that we know. */
async function openBox(capacity = 100) {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity })
  const made = await tickets.call('POST', `/v1/organizers/${event.organizerId}/payment-accounts`, {
    token: event.owner,
    body: { provider: 'bank-transfer', mode: 'live', settings: SETTINGS, enabled: true },
  })
  const at = `/v1/payment-accounts/${made.json().id}`
  const post = (path: string, body: object, token: string | undefined = event.owner) =>
    tickets.call('POST', `${at}/${path}`, { ...(token ? { token } : {}), body })
  return {
    event,
    at,
    typeId,
    post,
    async owing(quantity = 1) {
      const order = await hold(tickets, event.eventId, typeId, quantity)
      const body = { provider: 'bank-transfer', returnUrl: 'http://localhost:4000/' }
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body })
      return { order, payment: answer.json() as { id: string; instructions: { reference: string } } }
    },
    /** Imports rows of a text and an amount, and returns all that waits for a person, the oldest first. */
    async came(...rows: [text: string, amount: string][]): Promise<Entry[]> {
      const lines = rows.map(([text, amount]) => `23/11/2026;"${text} ${newUuid()}";${amount};EUR`)
      await post('statements', { csv: `Date;Libellé;Montant;Devise\n${lines.join('\n')}\n` })
      const { items } = (await tickets.call('GET', `${at}/entries?open=true`, { token: event.owner })).json()
      return items.reverse()
    },
    assign: (entries: Entry[], orderId: string, token?: string) =>
      post('assignments', { entryIds: entries.map(({ id }) => id), orderId }, token),
    close: (entry: Entry | undefined, body: object = { as: 'sent-back', note: NOTE }, token?: string) =>
      post(`entries/${entry?.id}/closing`, body, token),
    read: async (order: { id: string; secret: string }) =>
      (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json(),
    async balances(): Promise<Record<string, number>> {
      const path = `/v1/organizers/${event.organizerId}/ledger-balances`
      const { items } = (await tickets.call('GET', path, { token: event.owner })).json()
      return Object.fromEntries(
        items.map((one: { account: string; balanceMinor: number }) => [one.account, one.balanceMinor]),
      )
    },
  }
}

type Box = Awaited<ReturnType<typeof openBox>>
const kindsOf = async (box: Box) =>
  (await tickets.call('GET', `/v1/organizers/${box.event.organizerId}/ledger`, { token: box.event.owner }))
    .json()
    .items.map((one: { kind: string }) => one.kind)
    .reverse()

describe('money at the bank that pays nothing', () => {
  it('is in the books from the day on which it was imported, once', async () => {
    const box = await openBox()
    const { payment } = await box.owing()
    const rows: [string, string][] = [
      [payment.instructions.reference, '48,00'],
      ['somebody', '20,00'],
    ]
    expect((await box.came(...rows)).map((entry) => entry.outcome)).toEqual(['wrong-amount', 'unmatched'])
    expect(await box.balances()).toEqual({ 'provider:bank-transfer': 6_800, 'customer-prepayments': -6_800 })
    const ledger = await tickets.call('GET', `/v1/organizers/${box.event.organizerId}/ledger?kind=entry-arrived`, {
      token: box.event.owner,
    })
    expect(ledger.json().items).toMatchObject([
      { source: expect.stringMatching(/^bke_/), eventId: null, orderId: null },
      { source: expect.stringMatching(/^bke_/), eventId: null, orderId: null },
    ])
  })

  it('pays the order that a member names, if it is exactly what is owed', async () => {
    const box = await openBox()
    const { order } = await box.owing(2)
    const entries = await box.came(['MME DIALLO', '98,00'], ['M PETIT', '97,99'])
    const [exact, less] = entries as [Entry, Entry]
    const refused = await box.assign([less], order.id)
    expect(refused.json()).toMatchObject({
      status: 409,
      code: 'amount-differs',
      expectedMinor: 9_800,
      amountMinor: 9_799,
    })
    expect((await box.assign([exact, less], order.id)).json().code).toBe('amount-differs')
    const answers = await Promise.all(Array.from({ length: 5 }, () => box.assign([exact], order.id)))
    for (const answer of answers) expect(answer.statusCode, answer.body).toBe(200)
    expect(await box.read(order)).toMatchObject({
      state: 'confirmed',
      tickets: [{ state: 'valid' }, { state: 'valid' }],
    })
    expect(await box.balances()).toMatchObject({ 'provider:bank-transfer': 19_599, 'customer-prepayments': -9_799 })
    expect(await kindsOf(box)).toEqual(expect.arrayContaining(['entry-assigned', 'charge', 'sale']))
    // What it paid cannot pay again, nor be sent back.
    const { order: other } = await box.owing(2)
    expect((await box.assign([exact], other.id)).json()).toMatchObject({ code: 'bank-entry-closed', outcome: 'paid' })
    expect((await box.close(exact)).json()).toMatchObject({ status: 409, code: 'bank-entry-closed' })
    expect((await box.assign([less], order.id)).json().code).toBe('transfer-not-awaited')
  })

  it('pays in several parts that make the whole, also one that named the order with the wrong amount', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing(2)
    const entries = await box.came([payment.instructions.reference, '48,00'], ['the rest', '50,00'])
    const answer = await box.assign(entries, order.id)
    expect(answer.json(), answer.body).toMatchObject({ state: 'confirmed', payment: { amountMinor: 9_800 } })
    expect((await box.assign(entries, order.id)).statusCode).toBe(200)
    expect(await box.balances()).toMatchObject({
      'provider:bank-transfer': 9_800,
      'customer-prepayments': 0,
      sales: -9_800,
    })
    expect(await box.came()).toEqual([])
    const all = (await tickets.call('GET', `${box.at}/entries`, { token: box.event.owner })).json().items
    expect(all.map((entry: Entry) => entry.outcome).sort()).toEqual(['paid', 'part'])
  })

  it('pays one order, whoever assigns it to two at once, and no more than once while a member tells of it', async () => {
    const box = await openBox()
    const owed = await Promise.all([box.owing(), box.owing()])
    const [entry] = await box.came(['somebody', '49,00'])
    const [first] = owed
    const body = { amountMinor: 4_900, receivedOn: '2026-11-24' }
    const answers = await Promise.all([
      ...owed.map(({ order }) => box.assign([entry as Entry], order.id)),
      tickets.call('POST', `/v1/payments/${first?.payment.id}/receipt`, { token: box.event.owner, body }),
    ])
    for (const answer of answers) expect([200, 409], answer.body).toContain(answer.statusCode)
    const { rows } = await sql<{ payment_id: string; count: number }>`
      select payment_id, count(*)::int as count from bank_entry where outcome = 'paid'
         and account_id = (select account_id from bank_entry where id = ${uuidOf(entry)}) group by 1`.execute(
      tickets.context.db,
    )
    expect(rows.every((row) => row.count === 1)).toBe(true)
    const { rows: twice } = await sql`
      select 1 from ledger_transaction where source_id = ${uuidOf(entry)} and kind = 'entry-assigned'`.execute(
      tickets.context.db,
    )
    expect(twice.length).toBeLessThanOrEqual(1)
    const balances = await box.balances()
    const states = (await Promise.all(owed.map(({ order }) => box.read(order)))).map((order) => order.state)
    const confirmed = states.filter((state) => state === 'confirmed').length
    expect(balances.sales).toBe(-4_900 * confirmed)
  })

  it('that came late buys the places that are left, and else is to be sent back', async () => {
    const box = await openBox(1)
    const { order } = await box.owing()
    tickets.clock.advance(7 * DAY + 1)
    await checkPendingPayments.run(tickets.context)
    const entries = await box.came(['somebody', '49,00'])
    await hold(tickets, box.event.eventId, box.typeId)
    expect((await box.assign(entries, order.id)).json()).toMatchObject({ state: 'expired' })
    const refunds = await tickets.call('GET', `/v1/orders/${order.id}/refunds`, { token: box.event.owner })
    const [refund] = refunds.json().items
    expect(refund).toMatchObject({ reason: 'late-payment', state: 'pending', amountMinor: 4_900 })
    const sent = { token: box.event.owner, body: { note: NOTE } }
    expect((await tickets.call('POST', `/v1/refunds/${refund.id}/settlement`, sent)).statusCode).toBe(200)
  })

  it('is closed with a note when it was sent back or was known, and is then no longer ours in the books', async () => {
    const box = await openBox()
    const { payment } = await box.owing()
    const body = { amountMinor: 4_900, receivedOn: '2026-11-24' }
    await tickets.call('POST', `/v1/payments/${payment.id}/receipt`, { token: box.event.owner, body })
    const entries = await box.came([payment.instructions.reference, '49,00'], ['somebody', '20,00'])
    expect(entries.map((entry) => entry.outcome)).toEqual(['paid-already', 'unmatched'])
    const [known, strange] = entries
    expect((await box.close(known, { as: 'recorded-before', note: 'told by hand' })).json()).toMatchObject({
      outcome: 'recorded-before',
      note: 'told by hand',
    })
    const answers = await Promise.all(Array.from({ length: 3 }, () => box.close(strange)))
    for (const answer of answers) {
      expect(answer.statusCode, answer.body).toBe(200)
      expect(answer.json()).toMatchObject({ outcome: 'sent-back', note: NOTE, closedAt: expect.any(String) })
    }
    expect((await box.close(strange, { as: 'recorded-before', note: 'x' })).json().code).toBe('bank-entry-closed')
    expect(await box.came()).toEqual([])
    expect(await box.balances()).toMatchObject({ 'provider:bank-transfer': 4_900, 'customer-prepayments': 0 })
  })

  it('is touched by those who may, as the contract says, and is nothing to others', async () => {
    const box = await openBox()
    const { order } = await box.owing()
    const [entry] = (await box.came(['somebody', '49,00'])) as [Entry]
    const other = await openBox()
    const support = await box.event.member('support')
    const assignment = { entryIds: [entry.id], orderId: order.id }
    const closing = { as: 'sent-back', note: NOTE }
    for (const [path, body] of [
      ['assignments', assignment],
      [`entries/${entry.id}/closing`, closing],
    ] as const) {
      expect((await tickets.call('POST', `${box.at}/${path}`, { body })).statusCode, path).toBe(401)
      expect((await box.post(path, body, other.event.owner)).statusCode, path).toBe(404)
      expect((await box.post(path, body, support)).statusCode, path).toBe(403)
      expect((await other.post(path, body)).statusCode, path).toBe(404)
      expect((await box.post(path, { ...body, more: 1 })).statusCode, path).toBe(400)
    }
    for (const bad of [{}, { ...assignment, entryIds: [] }, { ...assignment, entryIds: 'all' }]) {
      expect((await box.post('assignments', bad)).statusCode, JSON.stringify(bad)).toBe(400)
    }
    for (const bad of [{ as: 'paid', note: NOTE }, { as: 'sent-back' }, { as: 'sent-back', note: '' }]) {
      expect((await box.close(entry, bad)).statusCode, JSON.stringify(bad)).toBe(400)
    }
    const nobody = { ...entry, id: toId('bke', newUuid()) }
    expect((await box.close(nobody)).statusCode).toBe(404)
    expect((await box.assign([nobody], order.id)).statusCode).toBe(404)
    const theirs = await other.owing()
    expect((await box.assign([entry], theirs.order.id)).json().code).toBe('transfer-not-awaited')
    expect((await box.assign([entry], order.id, await box.event.member('finance'))).statusCode).toBe(200)
  })
})

function uuidOf(entry: Entry | undefined): string {
  return toUuid('bke', entry?.id ?? '')
}
