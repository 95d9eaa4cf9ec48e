import { randomUUID } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUYER, hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000_000 })
})
afterAll(() => tickets?.stop())

const body = (quantity: unknown = 1, more: object = {}) => ({
  eventId: event.eventId,
  lines: [{ ticketTypeId: typeId, quantity }],
  ...more,
})
const place = (payload: unknown, headers: Record<string, string> = {}, token?: string) =>
  tickets.call('POST', '/v1/orders', { body: payload, headers, ...(token ? { token } : {}) })
const outbox = async () =>
  (
    await tickets.context.db
      .selectFrom('orders')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirst()
  )?.n

describe('placeOrder', () => {
  it('holds places for a guest until the deadline, and gives the secret', async () => {
    const answer = await place(body(2, { buyer: BUYER, locale: 'fr' }))
    expect(answer.statusCode, answer.body).toBe(201)
    const order = answer.json()
    expect(order).toMatchObject({
      state: 'held',
      eventId: event.eventId,
      organizerId: event.organizerId,
      event: { title: event.title, status: 'published', timeZone: 'Europe/Paris' },
      lines: [{ ticketTypeId: typeId, quantity: 2, unitPriceMinor: 4_900, totalMinor: 9_800 }],
      totalMinor: 9_800,
      currency: 'EUR',
      buyer: BUYER,
      locale: 'fr',
      extensionsLeft: 10,
      payment: null,
      tickets: [],
    })
    expect(Date.parse(order.expiresAt) - tickets.clock.now().getTime()).toBe(600_000)
    expect(order.secret).toHaveLength(43)
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).statusCode).toBe(200)
  })

  it('takes the language of the request when the body names none', async () => {
    expect((await place(body(), { 'accept-language': 'fr-CH' })).json().locale).toBe('fr')
    expect((await place(body())).json().locale).toBe('en')
  })

  it('is open to a signed-in buyer, whose order it is from then on', async () => {
    const userId = newUserId()
    const token = await tickets.tokens.user({ audience: 'tickets', userId })
    const order = (await place(body(), {}, token)).json()
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { token })).statusCode).toBe(200)
    const mine = await tickets.call('GET', '/v1/me/orders', { token })
    expect(mine.json().items.map((one: { id: string }) => one.id)).toEqual([order.id])
    expect(mine.json().items[0]).not.toHaveProperty('secret')
  })

  it('S-40: sets the price itself, whatever the client says', async () => {
    for (const more of [{ price: 0.01 }, { totalMinor: 1 }, { currency: 'JPY' }, { fee: -5 }, { state: 'confirmed' }]) {
      expect((await place(body(1, more))).statusCode, JSON.stringify(more)).toBe(400)
    }
    const line = { ticketTypeId: typeId, quantity: 1, unitPriceMinor: 1 }
    expect((await place({ eventId: event.eventId, lines: [line] })).statusCode).toBe(400)
    const other = await publishEvent(tickets)
    const cheap = await sell(tickets, other, { priceMinor: 1 })
    const foreign = await place({ eventId: event.eventId, lines: [{ ticketTypeId: cheap, quantity: 1 }] })
    expect(foreign.json()).toMatchObject({ status: 404, code: 'ticket-type-unknown' })
    const unknown = await place({
      eventId: event.eventId,
      lines: [{ ticketTypeId: toId('typ', newUuid()), quantity: 1 }],
    })
    expect(unknown.json().code).toBe('ticket-type-unknown')
  })

  it('S-41: takes whole positive quantities within the limits, summed over lines, and nothing else', async () => {
    for (const quantity of [0, -1, 1.5, '2', 1e9, 2 ** 31, 2 ** 53, null, [], {}, { $gt: 0 }, true]) {
      const answer = await place(body(quantity))
      expect(answer.statusCode, JSON.stringify(quantity)).toBe(400)
      expect(answer.json().errors[0].pointer).toBe('/lines/0/quantity')
    }
    for (const text of ['NaN', '1e309', '01']) {
      const raw = JSON.stringify(body(1)).replace('"quantity":1', `"quantity":${text}`)
      const answer = await tickets.app.inject({
        method: 'POST',
        url: '/v1/orders',
        payload: raw,
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      })
      expect(answer.statusCode, text).toBe(400)
    }
    const line = { ticketTypeId: typeId, quantity: 6 }
    const twice = await place({ eventId: event.eventId, lines: [line, line] })
    expect(twice.json()).toMatchObject({ status: 409, code: 'limit-exceeded', quantity: 12, maxPerOrder: 10 })
    expect((await place(body(11))).json().code).toBe('limit-exceeded')
    expect((await place({ eventId: event.eventId, lines: [] })).statusCode).toBe(400)
    expect((await place({ eventId: event.eventId, lines: Array(21).fill({ ...line, quantity: 1 }) })).statusCode).toBe(
      400,
    )
  })

  it('S-44: sells nothing outside its sale', async () => {
    const at = (seconds: number) => new Date(tickets.clock.now().getTime() + seconds * 1_000).toISOString()
    const own = await publishEvent(tickets)
    const order = (id: string, eventId = own.eventId) => place({ eventId, lines: [{ ticketTypeId: id, quantity: 1 }] })
    const early = await order(await sell(tickets, own, { salesStartAt: at(60) }))
    expect(early.json()).toMatchObject({ status: 409, code: 'not-on-sale', salesStartAt: at(60) })
    expect((await order(await sell(tickets, own, { salesEndAt: at(-1) }))).json().code).toBe('sale-ended')
    const none = await order(await sell(tickets, own, { capacity: 0 }))
    expect(none.json()).toMatchObject({ status: 409, code: 'sold-out', remaining: 0, quantity: 1 })
    const draft = await publishEvent(tickets, { status: 'draft' })
    expect((await order(await sell(tickets, draft), draft.eventId)).statusCode).toBe(404)
    const cancelled = await publishEvent(tickets)
    const onCancelled = await sell(tickets, cancelled)
    await tickets.deliver('events.event-cancelled.v1', { ...cancelled, version: 2, status: 'cancelled' })
    expect((await order(onCancelled, cancelled.eventId)).json().code).toBe('event-cancelled')
    const over = await publishEvent(tickets, { startsAt: at(-7_200), endsAt: at(-1) })
    expect((await order(await sell(tickets, over), over.eventId)).json().code).toBe('sale-ended')
  })

  it('refuses more than are left, and holds nothing of it', async () => {
    const own = await publishEvent(tickets)
    const [few, many] = [await sell(tickets, own, { capacity: 2 }), await sell(tickets, own, { capacity: 50 })]
    const lines = [
      { ticketTypeId: many, quantity: 5 },
      { ticketTypeId: few, quantity: 3 },
    ]
    const before = await outbox()
    const answer = await place({ eventId: own.eventId, lines }, { 'accept-language': 'fr' })
    expect(answer.json()).toMatchObject({ code: 'sold-out', remaining: 2, quantity: 3, ticketTypeId: few })
    expect(answer.json().detail).toBe(
      'Vous en demandez 3 ; il en reste 2. Des places retenues par d’autres peuvent se libérer d’ici quelques minutes.',
    )
    expect(await outbox()).toBe(before)
    const sales = await tickets.call('GET', `/v1/events/${own.eventId}/sales`, { token: own.owner })
    expect(sales.json().ticketTypes.map((type: { held: number }) => type.held)).toEqual([0, 0])
  })

  it('refuses what is no order', async () => {
    for (const bad of [
      undefined,
      {},
      { ...body(), buyer: { name: 'A' } },
      { ...body(), buyer: { name: 'A', email: 'nobody' } },
      { ...body(), buyer: { ...BUYER, userId: newUserId() } },
      { ...body(), locale: 'de' },
      { eventId: event.eventId, lines: 'all' },
    ]) {
      expect((await place(bad)).statusCode, JSON.stringify(bad)).toBe(400)
    }
    expect((await place({ ...body(), eventId: 'evt_1' })).statusCode).toBe(404)
    expect((await place(body(), {}, await tickets.tokens.user({ audience: 'events' }))).statusCode).toBe(401)
  })
})

describe('the Idempotency-Key of an order', () => {
  it('is required, and long enough that nobody guesses a guest’s', async () => {
    expect((await place(body(), { 'idempotency-key': '' })).json().code).toBe('idempotency-key-missing')
    expect((await place(body(), { 'idempotency-key': '1' })).statusCode).toBe(400)
  })

  it('makes one order of a hundred concurrent repetitions', async () => {
    const key = randomUUID()
    const payload = body(3)
    const answers = await Promise.all(Array.from({ length: 100 }, () => place(payload, { 'idempotency-key': key })))
    const made = answers.filter((answer) => answer.statusCode === 201)
    expect(new Set(made.map((answer) => answer.body)).size).toBe(1)
    expect(made.length).toBeGreaterThan(0)
    for (const answer of answers)
      if (answer.statusCode !== 201) expect(answer.json().code).toBe('idempotency-in-progress')
    const again = await place(payload, { 'idempotency-key': key })
    expect([again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([201, made[0]?.body, 'true'])
    const rows = await tickets.context.db
      .selectFrom('order_line')
      .select('order_id')
      .where('quantity', '=', 3)
      .execute()
    expect(rows).toHaveLength(1)
  })

  it('belongs to one payload', async () => {
    const key = randomUUID()
    expect((await place(body(1), { 'idempotency-key': key })).statusCode).toBe(201)
    expect((await place(body(2), { 'idempotency-key': key })).json()).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    })
  })

  it('belongs to one caller: with the same key, another user gets an order of his own', async () => {
    const key = randomUUID()
    const token = () => tickets.tokens.user({ audience: 'tickets' })
    const [one, other] = [
      await place(body(), { 'idempotency-key': key }, await token()),
      await place(body(), { 'idempotency-key': key }, await token()),
    ]
    expect(one.json().id).not.toBe(other.json().id)
  })

  it('stores no secret', async () => {
    const { secret } = await hold(tickets, event.eventId, typeId)
    const rows = await tickets.context.db.selectFrom('idempotency_key').select('body').execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })
})

it('leaves books that close', async () => {
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
