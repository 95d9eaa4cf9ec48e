import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUYER, hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string

beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { priceMinor: 0, capacity: 500 })
})
afterAll(() => tickets?.stop())

const box = (kind: string, more: object = {}) => ({
  kind,
  wording: 'Yes, the organizer may send me news.',
  wordingVersion: '2026-11',
  language: 'fr',
  ...more,
})

/** A fresh hold, and what its buyer may do with it. */
async function aHold() {
  const order = await hold(tickets, event.eventId, typeId)
  const headers = { 'order-secret': order.secret }
  const url = `/v1/orders/${order.id}`
  return {
    order,
    patch: (body: object) => tickets.call('PATCH', url, { body, headers }),
    read: async () => (await tickets.call('GET', url, { headers })).json(),
  }
}

describe('what a buyer agrees to', () => {
  it('is nothing until a box is ticked', async () => {
    const { read } = await aHold()
    expect(await read()).toMatchObject({ consents: [], buyer: { ...BUYER, phone: null } })
  })

  it('is kept with the words that were read, their version, the language and the time', async () => {
    const { patch, read } = await aHold()
    const answer = await patch({ consents: [box('organizer-news'), box('platform-news', { language: 'en' })] })
    expect(answer.statusCode).toBe(200)
    const givenAt = tickets.clock.now().toISOString()
    expect((await read()).consents).toEqual([
      { ...box('organizer-news'), givenAt },
      { ...box('platform-news', { language: 'en' }), givenAt },
    ])
  })

  it('keeps its time while the box stays ticked, and is gone when it is not', async () => {
    const { patch, read } = await aHold()
    await patch({ consents: [box('organizer-news'), box('platform-news')] })
    const [first] = (await read()).consents
    tickets.clock.advance(1)
    await patch({ consents: [box('organizer-news')] })
    expect((await read()).consents).toEqual([first])
    await patch({ locale: 'en' })
    expect((await read()).consents).toEqual([first])
    await patch({ consents: [] })
    expect((await read()).consents).toEqual([])
  })

  it('to be SMS needs a number, in E.164', async () => {
    const { patch, read } = await aHold()
    const refused = await patch({ consents: [box('sms')] })
    expect([refused.statusCode, refused.json().errors[0].pointer]).toEqual([400, '/buyer/phone'])
    expect((await patch({ buyer: { ...BUYER, phone: '06 12 34 56 78' } })).statusCode).toBe(400)
    const phone = '+33612345678'
    expect((await patch({ buyer: { ...BUYER, phone }, consents: [box('sms')] })).statusCode).toBe(200)
    expect((await read()).buyer).toEqual({ ...BUYER, phone })
    // Without the number, the box cannot stay.
    expect((await patch({ buyer: BUYER })).statusCode).toBe(400)
  })

  it.each([
    ['an unknown kind', { consents: [box('everything')] }],
    ['no words', { consents: [box('sms', { wording: ' ' })] }],
    ['a time of its own', { consents: [box('platform-news', { givenAt: '2020-01-01T00:00:00Z' })] }],
    ['one kind twice', { consents: [box('platform-news'), box('platform-news', { wordingVersion: '2' })] }],
  ])('is refused with %s', async (_name, body) => {
    const { patch } = await aHold()
    expect((await patch(body)).statusCode).toBe(400)
  })

  it('can be said by the buyer alone', async () => {
    const { order } = await aHold()
    const body = { consents: [box('platform-news')] }
    const url = `/v1/orders/${order.id}`
    expect((await tickets.call('PATCH', url, { body })).statusCode).toBe(404)
    expect((await tickets.call('PATCH', url, { body, headers: { 'order-secret': 'x' } })).statusCode).toBe(404)
    expect((await tickets.call('PATCH', url, { body, token: event.owner })).statusCode).toBe(404)
  })

  it('is settled with the purchase', async () => {
    const { order, patch } = await aHold()
    const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body })
    expect((await patch({ consents: [box('platform-news')] })).statusCode).toBe(409)
  })
})

describe('the reminder of a hold', () => {
  const reminders = async (orderId: string) =>
    (await tickets.outbox(orderId)).filter(({ type }) => type === 'tickets.hold-reminder-requested.v1')

  it('is asked for once, in the shape of its contract, however often the form is sent', async () => {
    const { order, patch } = await aHold()
    for (let time = 0; time < 3; time += 1) await patch({ consents: [box('hold-reminder')] })
    const [message, ...more] = await reminders(order.id)
    expect(more).toEqual([])
    expect(message?.data).toMatchObject({ orderId: order.id, expiresAt: order.expiresAt })
    const schema = new URL('../../../contracts/messages/tickets.hold-reminder-requested.v1.json', import.meta.url)
    const ajv = formats.default(new Ajv2020({ strict: false }))
    const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')))
    expect(validate(message?.data), JSON.stringify(validate.errors)).toBe(true)
  })

  it('is not asked for by any other box', async () => {
    const { order, patch } = await aHold()
    await patch({ consents: [box('organizer-news'), box('platform-news')] })
    expect(await reminders(order.id)).toEqual([])
  })
})
