import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BUYER, type PublishedEvent, publishEvent, sell } from './fixture.ts'
import { textsOfPdf } from './pdf-texts.ts'
import { type Order, openShop, type Shop } from './shop.ts'

let shop: Shop
let event: PublishedEvent
let typeId = ''

beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())
beforeEach(async () => {
  event = await publishEvent(shop.tickets)
  typeId = await sell(shop.tickets, event, {})
})

async function buy(quantity: number, locale = 'fr'): Promise<Order> {
  const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }], buyer: BUYER, locale }
  const order = (await shop.tickets.call('POST', '/v1/orders', { body })).json()
  await shop.payments.act(await shop.payPage(order), 'pay')
  await shop.becomes(order, 'confirmed')
  return order
}

const pdf = (id: string, who: { secret?: string; token?: string } = {}, query = '') =>
  shop.tickets.call('GET', `/v1/orders/${id}/tickets.pdf${query}`, who)

const pagesOf = (file: Buffer) => file.toString('latin1').match(/\/Type \/Page\b/g)?.length

describe('GET /v1/orders/{orderId}/tickets.pdf', () => {
  it('prints each valid ticket on a page, with all that must stand on it', async () => {
    const order = await buy(3)
    const answer = await pdf(order.id, { secret: order.secret })
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.headers['content-type']).toBe('application/pdf')
    expect(answer.headers['cache-control']).toBe('private, no-store')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="Billets-[\w-]+\.pdf"$/)
    expect(pagesOf(answer.rawPayload)).toBe(3)
    const said = textsOfPdf(answer.rawPayload)
    const { tickets, number } = (
      await shop.tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })
    ).json()
    for (const { id } of tickets) expect(said).toContain(id)
    for (const words of [number, 'Titulaire', BUYER.name, 'Prix, tout compris', '1 / 3', '3 / 3']) {
      expect(said).toContain(words)
    }
  })

  it('is printed for a buyer a few times, and for the mail all the same', async () => {
    const order = await buy(1)
    const codes = []
    for (let time = 0; time < 21; time++) codes.push((await pdf(order.id, { secret: order.secret })).statusCode)
    expect(codes).toEqual([...Array(20).fill(200), 429])
    const notifications = await shop.tickets.tokens.service('notifications', 'tickets')
    expect((await pdf(order.id, { token: notifications })).statusCode).toBe(200)
    expect((await pdf(order.id, { token: event.owner })).statusCode).toBe(200)
  })

  it('is in the language that is asked for', async () => {
    const order = await buy(1)
    const said = textsOfPdf((await pdf(order.id, { secret: order.secret }, '?locale=en')).rawPayload)
    expect(said).toContain('At the entrance, show this code on paper or on your telephone.')
    expect((await pdf(order.id, { secret: order.secret }, '?locale=xx')).statusCode).toBe(400)
  })

  it('can be read aloud: it has a language, a title, an order of its parts, and a word for the code', async () => {
    const order = await buy(2)
    const file = (await pdf(order.id, { secret: order.secret })).rawPayload.toString('latin1')
    for (const part of ['/Lang (fr)', '/Marked true', '/DisplayDocTitle true', '/StructTreeRoot']) {
      expect(file).toContain(part)
    }
    const kinds = [...file.matchAll(/\/S \/(\w+)/g)].map(([, kind = '']) => kind)
    for (const [kind, count] of Object.entries({ Document: 1, Sect: 2, H1: 2, H2: 2, Figure: 2 })) {
      expect([kind, kinds.filter((each) => each === kind).length]).toEqual([kind, count])
    }
    expect(file.match(/\/Alt \(/g)).toHaveLength(2)
  })

  it('draws the code in vectors, with no picture and no link', async () => {
    const order = await buy(1)
    const file = (await pdf(order.id, { secret: order.secret })).rawPayload
    expect(file.toString('latin1')).not.toMatch(/\/Subtype \/Image|\/JavaScript|\/URI/)
    expect(rectanglesOf(file)).toBeGreaterThan(200)
  })

  it('is for the buyer, members who may see codes, and notifications; for all others the order does not exist', async () => {
    const order = await buy(1)
    const nothing = await pdf('ord_01kanw8f7re8ksz8zkz3q2x4vc', { secret: order.secret })
    expect(nothing.statusCode).toBe(404)
    for (const who of [{}, { secret: 'wrong' }, { token: (await publishEvent(shop.tickets)).owner }]) {
      const answer = await pdf(order.id, who)
      expect(answer.statusCode).toBe(404)
      expect(answer.json().code).toBe('not-found')
    }
    expect((await pdf(order.id, { token: event.owner })).statusCode).toBe(200)
    const finance = await shop.tickets.tokens.user({
      audience: 'tickets',
      memberships: { [event.organizerId]: 'finance' },
    })
    expect((await pdf(order.id, { token: finance })).statusCode).toBe(403)
  })

  it('has nothing to print before the order is paid', async () => {
    const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], buyer: BUYER, locale: 'fr' }
    const order = (await shop.tickets.call('POST', '/v1/orders', { body })).json()
    const answer = await pdf(order.id, { secret: order.secret })
    expect(answer.statusCode).toBe(409)
    expect(answer.json().code).toBe('no-valid-tickets')
  })

  it('prints for many at once, each their own', async () => {
    const orders = await Promise.all([1, 2, 3].map((quantity) => buy(quantity)))
    const files = await Promise.all(orders.map((order) => pdf(order.id, { secret: order.secret })))
    expect(files.map((file) => pagesOf(file.rawPayload))).toEqual([1, 2, 3])
  })
})

/** Drawn rectangles in the streams of a file. */
function rectanglesOf(file: Buffer): number {
  const text = file.toString('latin1')
  let count = 0
  for (const found of text.matchAll(/stream\n/g)) {
    const from = found.index + found[0].length
    try {
      const stream = inflateSync(file.subarray(from, text.indexOf('endstream', from)))
      count += stream.toString('latin1').match(/ re$/gm)?.length ?? 0
    } catch {
      // A stream of another kind.
    }
  }
  return count
}
