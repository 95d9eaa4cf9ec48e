import { readFile } from 'node:fs/promises'
import { sql } from '@guichet/database'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../src/jobs/expire-holds.ts'
import { settleTransfers } from '../src/jobs/settle-transfers.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

const RETURN_URL = 'http://localhost:4000/fr/orders/x?key=y'
/** In seconds. */
const DAY = 86_400
const SETTINGS = { beneficiary: 'Salle Pleyel', iban: 'FR1420041010050500013M02606', bic: 'PSSTFRPPPAR', dueDays: 7 }

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

/** An organizer who is paid by bank, and one event of it on sale. */
async function openBox(capacity = 100) {
  const event: PublishedEvent = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity })
  const made = await tickets.call('POST', `/v1/organizers/${event.organizerId}/payment-accounts`, {
    token: event.owner,
    body: { provider: 'bank-transfer', mode: 'live', settings: SETTINGS, enabled: true },
  })
  const at = `/v1/payment-accounts/${made.json().id}`
  const read = async (order: { id: string; secret: string }) =>
    (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()
  const pay = (order: { id: string; secret: string }, provider = 'bank-transfer') =>
    tickets.call('POST', `/v1/orders/${order.id}/payments`, {
      secret: order.secret,
      body: { provider, returnUrl: RETURN_URL },
    })
  return {
    event,
    at,
    typeId,
    read,
    pay,
    /** An order with a bank transfer under way. */
    async owing(quantity = 1) {
      const order = await hold(tickets, event.eventId, typeId, quantity)
      const answer = await pay(order)
      if (answer.statusCode !== 201) throw new Error(answer.body)
      return {
        order,
        payment: answer.json() as { id: string; amountMinor: number; instructions: { reference: string } },
      }
    },
    send: (path: string, csv: string, token = event.owner) =>
      tickets.call('POST', `${at}/${path}`, { token, body: { csv } }),
    record: (paymentId: string, body: object, token?: string) =>
      tickets.call('POST', `/v1/payments/${paymentId}/receipt`, { token: token ?? event.owner, body }),
  }
}

const statement = (rows: [day: string, text: string, amount: string][]) =>
  `Date;Libellé;Montant;Devise\n${rows.map(([day, text, amount]) => `${day};"${text}";${amount};EUR`).join('\n')}\n`
const outcomes = (answer: { json(): { rows: { outcome: string }[] } }) => answer.json().rows.map((row) => row.outcome)

describe('an order paid by bank', () => {
  it('has its places kept until the money is due, and tells the buyer where to send it', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing(2)
    const dueAt = new Date(tickets.clock.now().getTime() + 7 * DAY * 1_000).toISOString()
    expect(payment).toMatchObject({
      provider: 'bank-transfer',
      mode: 'live',
      state: 'pending',
      redirectUrl: null,
      instructions: {
        beneficiary: 'Salle Pleyel',
        iban: SETTINGS.iban,
        bic: SETTINGS.bic,
        reference: expect.stringMatching(/^RF\d\d \d{4} \d{4} \d{4}$/),
        dueAt,
      },
    })
    const read = await box.read(order)
    expect(read).toMatchObject({ state: 'held', expiresAt: dueAt, payment: { instructions: payment.instructions } })
    await checkPendingPayments.run(tickets.context)
    tickets.clock.advance(6 * DAY)
    await expireHolds.run(tickets.context)
    expect(await checkPendingPayments.run(tickets.context)).toBe(0)
    expect((await box.read(order)).state).toBe('held')
  })

  it('is announced once, in the shape of its schema, so that the buyer gets it by mail', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing()
    await Promise.all([box.pay(order), box.pay(order), box.read(order)])
    const [message, ...more] = await tickets.outbox(order.id)
    expect(more).toEqual([])
    expect(message).toEqual({
      type: 'tickets.transfer-awaited.v1',
      data: {
        orderId: order.id,
        paymentId: payment.id,
        eventId: box.event.eventId,
        organizerId: box.event.organizerId,
      },
    })
    const schema = new URL('../../../contracts/messages/tickets.transfer-awaited.v1.json', import.meta.url)
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(schema, 'utf8')))
    expect(validate(message?.data), JSON.stringify(validate.errors)).toBe(true)
  })

  it('gives its places back when no money has come', async () => {
    const box = await openBox(1)
    const { order } = await box.owing()
    tickets.clock.advance(7 * DAY + 1)
    await checkPendingPayments.run(tickets.context)
    expect(await box.read(order)).toMatchObject({ state: 'expired', payment: { state: 'failed', instructions: null } })
    await hold(tickets, box.event.eventId, box.typeId)
  })

  it('is confirmed by the member who has seen the money, once however often it is said', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing(2)
    const body = { amountMinor: 9_800, receivedOn: '2026-11-24', note: 'paper statement 12' }
    expect((await box.record(payment.id, { ...body, amountMinor: 9_799 })).json()).toMatchObject({
      code: 'amount-differs',
      expectedMinor: 9_800,
    })
    const answers = await Promise.all(Array.from({ length: 5 }, () => box.record(payment.id, body)))
    for (const answer of answers) expect(answer.statusCode, answer.body).toBe(200)
    expect(answers.map((answer) => answer.json().state)).toContain('confirmed')
    const confirmed = await box.read(order)
    expect(confirmed).toMatchObject({ state: 'confirmed', payment: { state: 'succeeded', instructions: null } })
    expect(confirmed.tickets).toHaveLength(2)
    expect((await tickets.outbox(order.id)).map((message) => message.type)).toEqual([
      'tickets.transfer-awaited.v1',
      'tickets.order-confirmed.v1',
    ])
  })

  it('is recorded by those who may, and is nothing to others', async () => {
    const box = await openBox()
    const { payment } = await box.owing()
    const other = await publishEvent(tickets)
    const body = { amountMinor: 4_900, receivedOn: '2026-11-24' }
    const statuses = async (url: string, more: object, method: 'POST' | 'GET' = 'POST') =>
      Promise.all(
        [undefined, other.owner, await box.event.member('support')].map(
          async (token) => (await tickets.call(method, url, { ...(token ? { token } : {}), ...more })).statusCode,
        ),
      )
    expect(await statuses(`/v1/payments/${payment.id}/receipt`, { body })).toEqual([401, 404, 403])
    const csv = { body: { csv: statement([]) } }
    expect(await statuses(`${box.at}/statement-previews`, csv)).toEqual([401, 404, 403])
    expect(await statuses(`${box.at}/statements`, csv)).toEqual([401, 404, 403])
    expect(await statuses(`${box.at}/transfers`, {}, 'GET')).toEqual([401, 404, 403])
    expect(await statuses(`${box.at}/entries`, {}, 'GET')).toEqual([401, 404, 403])
    for (const bad of [{}, { ...body, amountMinor: 0 }, { ...body, receivedOn: 'today' }, { ...body, state: 'paid' }]) {
      expect((await box.record(payment.id, bad)).statusCode, JSON.stringify(bad)).toBe(400)
    }
    const manager = await box.event.member('manager')
    expect((await box.record(payment.id, body, manager)).statusCode).toBe(200)
  })

  it('may be paid in another way after all, in the time of all others', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing()
    const off = { token: box.event.owner, body: { enabled: false }, headers: { 'if-match': '*' } }
    expect((await tickets.call('PATCH', box.at, off)).statusCode).toBe(200)
    // The simulated provider is away here: what matters is what became of the first attempt and of the deadline.
    expect((await box.pay(order, 'simulated')).statusCode).toBe(503)
    const usual = new Date(tickets.clock.now().getTime() + 600_000).toISOString()
    expect(await box.read(order)).toMatchObject({ expiresAt: usual, payment: { provider: 'simulated', mode: 'test' } })
    const first = await tickets.context.db
      .selectFrom('payment')
      .select('state')
      .where('provider_reference', '=', payment.instructions.reference.replaceAll(' ', ''))
      .execute()
    expect(first).toEqual([{ state: 'failed' }])
  })
})

describe('a bank statement', () => {
  it('is shown first, and changes nothing until it is imported; imported again it has no second effect', async () => {
    const box = await openBox()
    const [one, other, wrong] = [await box.owing(), await box.owing(2), await box.owing()]
    const reference = (owing: typeof one) => owing.payment.instructions.reference
    const csv = statement([
      ['22/11/2026', `VIR MME DIALLO ${reference(one)}`, '49,00'],
      ['22/11/2026', `virement ${reference(other).toLowerCase().replaceAll(' ', '')}`, '98,00'],
      ['23/11/2026', reference(wrong), '48,00'],
      ['23/11/2026', `again ${reference(one)}`, '49,00'],
      ['23/11/2026', 'somebody', '49,00'],
      ['23/11/2026', 'rent', '-900,00'],
      ['yesterday', reference(wrong), '49,00'],
      ['23/11/2026', reference(wrong), 'much'],
    ])
    const expected = [
      'paid',
      'paid',
      'wrong-amount',
      'paid-already',
      'unmatched',
      'outgoing',
      'unreadable',
      'unreadable',
    ]
    for (const _ of [1, 2]) {
      const preview = await box.send('statement-previews', csv)
      expect(preview.statusCode, preview.body).toBe(200)
      expect(outcomes(preview)).toEqual(expected)
      expect(preview.json()).toMatchObject({ counts: { paid: 2, 'wrong-amount': 1 }, totals: { EUR: 14_700 } })
      expect(preview.json().rows[2]).toMatchObject({
        row: 4,
        bookedOn: '2026-11-23',
        amountMinor: 4_800,
        expectedMinor: 4_900,
        orderId: wrong.order.id,
        paymentId: wrong.payment.id,
      })
    }
    expect((await box.read(one.order)).state).toBe('held')

    const imported = await Promise.all([box.send('statements', csv), box.send('statements', csv)])
    for (const answer of imported) expect(answer.statusCode, answer.body).toBe(200)
    const again = expected.map((outcome) =>
      outcome === 'outgoing' || outcome === 'unreadable' ? outcome : 'duplicate',
    )
    expect(imported.map(outcomes)).toEqual(expect.arrayContaining([expected, again]))
    expect((await box.read(one.order)).state).toBe('confirmed')
    expect((await box.read(other.order)).tickets).toHaveLength(2)
    expect((await box.read(wrong.order)).state).toBe('held')

    const entries = await tickets.call('GET', `${box.at}/entries?open=true`, { token: box.event.owner })
    expect(
      entries
        .json()
        .items.map((entry: { outcome: string }) => entry.outcome)
        .sort(),
    ).toEqual(['paid-already', 'unmatched', 'wrong-amount'])
    const expectedMoney = await tickets.call('GET', `${box.at}/transfers`, { token: box.event.owner })
    expect(expectedMoney.json().items).toMatchObject([{ orderId: wrong.order.id, amountMinor: 4_900 }])
  })

  it('pays nothing of another organizer, whatever reference it names', async () => {
    const [mine, theirs] = [await openBox(), await openBox()]
    const { order, payment } = await theirs.owing()
    const csv = statement([['22/11/2026', payment.instructions.reference, '49,00']])
    expect(outcomes(await mine.send('statements', csv))).toEqual(['unmatched'])
    expect((await theirs.read(order)).state).toBe('held')
  })

  it('that comes late buys the places if there are any, and else is to be sent back', async () => {
    const box = await openBox(1)
    const { order, payment } = await box.owing()
    tickets.clock.advance(7 * DAY + 1)
    await checkPendingPayments.run(tickets.context)
    expect((await box.read(order)).state).toBe('expired')
    await hold(tickets, box.event.eventId, box.typeId)
    const csv = statement([['30/11/2026', payment.instructions.reference, '49,00']])
    expect(outcomes(await box.send('statements', csv))).toEqual(['paid'])
    expect((await box.read(order)).state).toBe('expired')
    const { rows } = await sql<{ reason: string; state: string; amount_minor: number }>`
      select reason, state, amount_minor from refund where order_id in (
        select order_id from payment where provider_reference = ${payment.instructions.reference.replaceAll(' ', '')})`.execute(
      tickets.context.db,
    )
    expect(rows).toEqual([{ reason: 'late-payment', state: 'pending', amount_minor: 4_900 }])
  })

  it('that was written down by a process that died is settled by the job', async () => {
    const box = await openBox()
    const { order, payment } = await box.owing()
    await sql`
      insert into bank_entry (id, account_id, source, row_digest, booked_on, amount_minor, currency, text, outcome, payment_id, recorded_by, created_at)
      select gen_random_uuid(), account_id, 'statement', '\\x01', '2026-11-22', amount_minor, currency, '', 'paid', payment_id, gen_random_uuid(), ${tickets.clock.now()}::timestamptz
        from bank_transfer where reference = ${payment.instructions.reference.replaceAll(' ', '')}`.execute(
      tickets.context.db,
    )
    expect(await settleTransfers.run(tickets.context)).toBe(0)
    tickets.clock.advance(11)
    expect(await settleTransfers.run(tickets.context)).toBe(1)
    expect((await box.read(order)).state).toBe('confirmed')
    expect(await settleTransfers.run(tickets.context)).toBe(0)
  })

  it('imported while members say the same and the deadline passes leaves each order with tickets or its money', async () => {
    const box = await openBox()
    const owed = await Promise.all(Array.from({ length: 8 }, () => box.owing()))
    const csv = statement(owed.map(({ payment }) => ['29/11/2026', payment.instructions.reference, '49,00']))
    tickets.clock.advance(7 * DAY + 1)
    const body = { amountMinor: 4_900, receivedOn: '2026-11-29' }
    const answers = await Promise.all([
      box.send('statements', csv),
      ...owed.map(({ payment }) => box.record(payment.id, body)),
      box.send('statements', csv),
    ])
    await Promise.all([checkPendingPayments.run(tickets.context), expireHolds.run(tickets.context)])
    for (const answer of answers) expect(answer.statusCode, answer.body).toBe(200)
    const orders = await Promise.all(owed.map(({ order }) => box.read(order)))
    // Nobody else wanted the places: each late payment has bought its own again.
    expect(orders.map((order) => [order.state, order.tickets.length])).toEqual(Array(8).fill(['confirmed', 1]))
    const { rows } = await sql<{ paid: number }>`
      select count(*) filter (where outcome = 'paid')::int as paid from bank_entry
       where account_id = (select account_id from bank_transfer where reference = ${owed[0]?.payment.instructions.reference.replaceAll(' ', '')})`.execute(
      tickets.context.db,
    )
    expect(rows[0]?.paid).toBe(8)
  })

  it('is refused when it is none, or too long', async () => {
    const box = await openBox()
    expect((await box.send('statement-previews', 'hello')).json().code).toBe('statement-unreadable')
    const rows = Array.from({ length: 5_001 }, (): [string, string, string] => ['22/11/2026', 'x', '1,00'])
    expect((await box.send('statements', statement(rows))).json().code).toBe('statement-too-long')
    expect((await box.send('statements', '')).statusCode).toBe(400)
    const stripe = await tickets.call('POST', `/v1/organizers/${box.event.organizerId}/payment-accounts`, {
      token: box.event.owner,
      body: { provider: 'stripe', mode: 'test', secrets: { secretKey: `sk_test_${'4eC39HqLyjWDarjtT1zdp7dc'}` } },
    })
    const at = `/v1/payment-accounts/${stripe.json().id}/statements`
    const answer = await tickets.call('POST', at, { token: box.event.owner, body: { csv: statement([]) } })
    expect(answer.statusCode).toBe(404)
  })
})
