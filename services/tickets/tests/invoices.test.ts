import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import { BUYER, hold, type PublishedEvent, publishEvent, sell } from './fixture.ts'
import { textsOfPdf } from './pdf-texts.ts'
import { type Order, openShop, PAY, type Shop } from './shop.ts'

const SELLER = {
  name: 'Théâtre du Rond-Point — Łódź · Αθήνα',
  address: '1 rue de la Paix\n75002 Paris',
  country: 'FR',
  vatNumber: 'FR12345678901',
  registration: 'SIRET 123 456 789 00012',
  note: 'TVA acquittée sur les encaissements.',
  invoicePrefix: 'F-',
  creditNotePrefix: 'A-',
}

let shop: Shop
let event: PublishedEvent
let typeId = ''
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const ofOrganizer = (path: string) => `/v1/organizers/${event.organizerId}/${path}`
const put = (path: string, body: object) =>
  shop.tickets.call('PUT', ofOrganizer(path), { token: event.owner, body, headers: { 'if-match': '*' } })

beforeEach(async () => {
  event = await publishEvent(shop.tickets)
  const rate = async (bp: number) => {
    const body = { name: `TVA ${bp}`, periods: [{ startsOn: '2020-01-01', bp }] }
    return (await shop.tickets.call('POST', ofOrganizer('vat-rates'), { token: event.owner, body })).json().id
  }
  typeId = await sell(shop.tickets, event, { vatRateId: await rate(550) })
  await put('fee-policies/EUR', { paidBy: 'buyer', percentBp: 500, fixedMinor: 99, vatRateId: await rate(2_000) })
})

async function buy(quantity: number): Promise<Order> {
  const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }], buyer: BUYER, locale: 'fr' }
  const order = (await shop.tickets.call('POST', '/v1/orders', { body })).json()
  await shop.payments.act(await shop.payPage(order), 'pay')
  await shop.becomes(order, 'confirmed')
  return order
}
const papersOf = async (order: Order) => {
  const answer = await shop.tickets.call('GET', `/v1/orders/${order.id}/invoices`, { secret: order.secret })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json().items
}
const pdf = (id: string, more: { secret?: string; token?: string } = {}, query = '') =>
  shop.tickets.call('GET', `/v1/invoices/${id}/pdf${query}`, more)
const refund = async (order: Order, body: object = {}) => {
  const answer = await shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: event.owner, body })
  expect([200, 201, 202], answer.body).toContain(answer.statusCode)
  while ((await finishRefunds.run(shop.tickets.context)) > 0);
}

describe('an invoice', () => {
  it('is issued with the confirmation, and says what the order costs and what VAT is in it', async () => {
    await put('seller', SELLER)
    const order = await buy(3)
    expect(await papersOf(order)).toEqual([
      {
        id: expect.stringMatching(/^inv_/),
        kind: 'invoice',
        number: 'TEST-F-000001',
        mode: 'test',
        eventId: event.eventId,
        orderId: order.id,
        orderNumber: '000001',
        refundId: null,
        buyerName: BUYER.name,
        currency: 'EUR',
        totalMinor: 15_732,
        vat: [
          { bp: 2_000, grossMinor: 1_032, vatMinor: 172 },
          { bp: 550, grossMinor: 14_700, vatMinor: 766 },
        ],
        issuedAt: expect.any(String),
      },
    ])
  })

  it('stays as it was issued, whatever changes afterwards', async () => {
    await put('seller', SELLER)
    const order = await buy(1)
    const [before] = await papersOf(order)
    await put('seller', { ...SELLER, name: 'Another', invoicePrefix: 'X' })
    await put('fee-policies/EUR', { paidBy: 'organizer', percentBp: 0, fixedMinor: 0, vatRateId: null })
    expect(await papersOf(order)).toEqual([before])
    expect((await papersOf(await buy(1)))[0]).toMatchObject({ number: 'TEST-X000002', totalMinor: 4_900 })
  })

  it('has its number at once, and is handed out when it is known who sells', async () => {
    const order = await buy(1)
    const [paper] = await papersOf(order)
    expect(paper.number).toBeNull()
    expect((await pdf(paper.id, { secret: order.secret })).json()).toMatchObject({
      status: 409,
      code: 'seller-missing',
    })
    await put('seller', SELLER)
    expect((await pdf(paper.id, { secret: order.secret })).statusCode).toBe(200)
    await put('seller', { ...SELLER, invoicePrefix: 'X' })
    expect((await papersOf(order))[0]).toMatchObject({ number: 'TEST-F-000001', totalMinor: paper.totalMinor })
  })

  it('is not made for an order that costs nothing', async () => {
    typeId = await sell(shop.tickets, event, { priceMinor: 0 })
    const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 2 }], buyer: BUYER }
    const order = (await shop.tickets.call('POST', '/v1/orders', { body })).json()
    const free = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    expect((await shop.call(order, 'payments', free)).statusCode).toBe(201)
    expect(await papersOf(order)).toEqual([])
  })
})

describe('a credit note', () => {
  it('is made for each refund; when all is given back, amounts and VAT sum to those of the invoice', async () => {
    await put('seller', SELLER)
    const order = await buy(3)
    await refund(order, { lines: [{ lineNumber: 1, quantity: 1 }] })
    await refund(order, { amountMinor: 333 })
    await refund(order)
    const [invoice, ...notes] = await papersOf(order)
    expect(notes.map((note: { number: string }) => note.number)).toEqual([
      'TEST-A-000001',
      'TEST-A-000002',
      'TEST-A-000003',
    ])
    for (const note of notes)
      expect(note).toMatchObject({ kind: 'credit-note', refundId: expect.stringMatching(/^rfd_/) })
    const sum = (of: (note: { totalMinor: number; vat: { bp: number; vatMinor: number }[] }) => number) =>
      notes.reduce((all: number, note: never) => all + of(note), 0)
    expect(sum((note) => note.totalMinor)).toBe(invoice.totalMinor)
    for (const { bp, vatMinor } of invoice.vat) {
      expect(sum((note) => note.vat.find((one) => one.bp === bp)?.vatMinor ?? 0)).toBe(vatMinor)
    }
    for (const { id } of notes) expect((await pdf(id, { secret: order.secret })).statusCode).toBe(200)
    expect(await shop.violations()).toEqual([])
  })
})

describe('papers about test money', () => {
  /** From now on the organizer is paid by bank, in earnest. */
  async function openAccount() {
    const settings = { beneficiary: 'Us', iban: 'FR1420041010050500013M02606', bic: null, dueDays: 7 }
    const body = { provider: 'bank-transfer', mode: 'live', settings, enabled: true }
    const made = await shop.tickets.call('POST', ofOrganizer('payment-accounts'), { token: event.owner, body })
    expect(made.statusCode, made.body).toBe(201)
  }
  async function buyInEarnest(): Promise<Order> {
    const order = await hold(shop.tickets, event.eventId, typeId)
    const payment = await shop.call(order, 'payments', { ...PAY, provider: 'bank-transfer' })
    const { id, amountMinor } = payment.json()
    const body = { amountMinor, receivedOn: '2026-11-20' }
    const answer = await shop.tickets.call('POST', `/v1/payments/${id}/receipt`, { token: event.owner, body })
    expect(answer.statusCode, answer.body).toBe(200)
    return order
  }
  async function refundInEarnest(order: Order): Promise<void> {
    const answer = await shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: event.owner, body: {} })
    const path = `/v1/refunds/${answer.json().id}/settlement`
    const settled = await shop.tickets.call('POST', path, { token: event.owner, body: { note: 'sent' } })
    expect(settled.statusCode, settled.body).toBe(200)
  }

  it('have numbers of their own, and take none from the real ones', async () => {
    await put('seller', SELLER)
    const rehearsals = [await buy(1), await buy(1)]
    await openAccount()
    const orders = [await buyInEarnest(), await buyInEarnest()]
    await refund(rehearsals[1] as Order)
    await refundInEarnest(orders[1] as Order)
    const list = await shop.tickets.call('GET', ofOrganizer('invoices'), { token: event.owner })
    const papers = list.json().items.map(({ number, mode }: { number: string; mode: string }) => `${mode} ${number}`)
    expect(papers.reverse()).toEqual([
      'test TEST-F-000001',
      'test TEST-F-000002',
      'live F-000001',
      'live F-000002',
      'test TEST-A-000001',
      'live A-000001',
    ])
    // The order numbers are one series, whatever money it was.
    expect((await papersOf(orders[1] as Order))[0]).toMatchObject({ number: 'F-000002', orderNumber: '000004' })
    expect(await shop.violations()).toEqual([])
  })

  it('say in the language of the reader that they are none', async () => {
    await put('seller', SELLER)
    const rehearsal = await buy(1)
    await openAccount()
    const order = await buyInEarnest()
    const says = async (of: Order, locale: string, text: string) => {
      const [paper] = await papersOf(of)
      const { rawPayload } = await pdf(paper.id, { secret: of.secret }, `?locale=${locale}`)
      return textsOfPdf(rawPayload).includes(text)
    }
    expect(await says(rehearsal, 'en', 'This is neither an invoice nor a credit note')).toBe(true)
    expect(await says(rehearsal, 'fr', 'Ceci n’est ni une facture ni un avoir')).toBe(true)
    expect(await says(order, 'en', 'neither an invoice')).toBe(false)
    expect(await says(order, 'en', 'Paid in full.')).toBe(true)
    expect(await says(rehearsal, 'en', 'Paid in full.')).toBe(false)
  })
})

describe('the list of an organizer', () => {
  it('pages through all of them, latest first, or one kind', async () => {
    await put('seller', SELLER)
    const orders = [await buy(1), await buy(1), await buy(1)]
    await refund(orders[0] as Order)
    const list = async (query: string) => {
      const answer = await shop.tickets.call('GET', `${ofOrganizer('invoices')}${query}`, { token: event.owner })
      return { ...answer.json(), numbers: answer.json().items.map((item: { number: string }) => item.number) }
    }
    const first = await list('?limit=3')
    expect(first.numbers).toEqual(['TEST-A-000001', 'TEST-F-000003', 'TEST-F-000002'])
    expect((await list(`?limit=3&cursor=${first.nextCursor}`)).numbers).toEqual(['TEST-F-000001'])
    expect((await list('?kind=credit-note')).numbers).toEqual(['TEST-A-000001'])
    expect(
      (await shop.tickets.call('GET', `${ofOrganizer('invoices')}?kind=x`, { token: event.owner })).statusCode,
    ).toBe(400)
  })
})

describe('the PDF', () => {
  it('is made in the language of the order or of the reader, from what the package has', async () => {
    await put('seller', SELLER)
    const order = await buy(2)
    const [paper] = await papersOf(order)
    for (const query of ['', '?locale=en', '?locale=fr']) {
      const answer = await pdf(paper.id, { secret: order.secret }, query)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-disposition': 'attachment; filename="TEST-F-000001.pdf"',
        'cache-control': 'private, no-store',
      })
      expect(answer.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
      expect(answer.rawPayload.subarray(-6).toString()).toContain('%%EOF')
    }
    expect((await pdf(paper.id, { secret: order.secret }, '?locale=de')).statusCode).toBe(400)
  })

  it('is for the buyer and for members who keep the books; for others it is nothing', async () => {
    await put('seller', SELLER)
    const order = await buy(1)
    const [paper] = await papersOf(order)
    for (const role of ['owner', 'manager', 'finance']) {
      expect((await pdf(paper.id, { token: await event.member(role) })).statusCode).toBe(200)
    }
    expect((await pdf(paper.id, { token: await event.member('door') })).statusCode).toBe(403)
    const stranger = (await publishEvent(shop.tickets)).owner
    const other = await buy(1)
    const refusals = [
      await pdf(paper.id),
      await pdf(paper.id, { token: stranger }),
      await pdf(paper.id, { secret: other.secret }),
      await pdf(toId('inv', newUuid()), { token: event.owner }),
      await pdf('inv_nonsense', { secret: order.secret }),
    ]
    expect(refusals.map((answer) => answer.statusCode)).toEqual([404, 404, 404, 404, 404])
    const list = await shop.tickets.call('GET', `/v1/orders/${order.id}/invoices`, { secret: other.secret })
    expect(list.statusCode).toBe(404)
  })
})
