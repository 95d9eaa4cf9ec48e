import { readFile } from 'node:fs/promises'
import { newUuid, toId } from '@guichet/server'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 0 })
})
afterAll(() => tickets?.stop())

interface Order {
  id: string
  secret: string
}

async function bought(): Promise<Order> {
  const order = await hold(tickets, event.eventId, typeId)
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' }
  await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body })
  return order
}

const correct = (order: Order, body: object, by: { secret?: string; token?: string } = { secret: order.secret }) =>
  tickets.call('PUT', `/v1/orders/${order.id}/buyer-email`, { ...by, body })

const announced = (order: Order) =>
  tickets.context.db
    .selectFrom('outbox' as never)
    .select(['data' as never])
    .where('subject' as never, '=', order.id as never)
    .where('type' as never, '=', 'tickets.order-recipient-changed.v1' as never)
    .execute() as Promise<{ data: object }[]>

describe('correctBuyerEmail', () => {
  it('changes where the tickets go, and announces it in the shape of its contract; repeating it does nothing', async () => {
    const order = await bought()
    const answer = await correct(order, { email: 'right@example.org' })
    expect(answer.statusCode).toBe(200)
    expect(answer.json().buyer.email).toBe('right@example.org')
    const again = await correct({ id: order.id, secret: answer.json().secret }, { email: 'right@example.org' })
    expect(again.json().version).toBe(answer.json().version)
    const messages = await announced(order)
    expect(messages).toMatchObject([{ data: { orderId: order.id, number: 1 } }])
    const schema = new URL('../../../contracts/messages/tickets.order-recipient-changed.v1.json', import.meta.url)
    const valid = new Ajv2020().compile(JSON.parse(await readFile(schema, 'utf8')))
    expect(valid(messages[0]?.data), JSON.stringify(valid.errors)).toBe(true)
  })

  it('is for the buyer three times, and for members after that', async () => {
    const order = await bought()
    for (const number of [1, 2, 3]) {
      const answer = await correct(order, { email: `try${number}@example.org` })
      expect(answer.statusCode).toBe(200)
      order.secret = answer.json().secret
    }
    const fourth = await correct(order, { email: 'try4@example.org' })
    expect(fourth.json()).toMatchObject({ status: 409, code: 'email-corrected-often', max: 3 })
    expect((await correct(order, { email: 'try4@example.org' }, { token: event.owner })).statusCode).toBe(200)
    const changes = await tickets.context.db
      .selectFrom('order_recipient_change')
      .select(['number', 'changed_by'])
      .orderBy('number', 'desc')
      .limit(1)
      .execute()
    expect(changes).toMatchObject([{ number: 4, changed_by: expect.stringMatching(/^usr_/) }])
  })

  it('of ten at once with one key the first one counts: it has made the key old', async () => {
    const order = await bought()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => correct(order, { email: `at.once.${index}@example.org` })),
    )
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array(9).fill(404)])
    expect(await announced(order)).toHaveLength(1)
  })

  it('of ten members at once each corrects it', async () => {
    const order = await bought()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        correct(order, { email: `member.${index}@example.org` }, { token: event.owner }),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(200))
    expect(await announced(order)).toHaveLength(10)
  })

  it('is not for an order that is only held', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    expect((await correct(order, { email: 'right@example.org' })).json()).toMatchObject({
      status: 409,
      code: 'order-not-confirmed',
    })
  })

  it('refuses what is no address, and other fields', async () => {
    const order = await bought()
    for (const body of [
      {},
      { email: 'x' },
      { email: 'a@b.org, c@d.org' },
      { email: 'a@b.org', name: 'x' },
      { email: null },
    ]) {
      expect((await correct(order, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
  })

  it('is the same 404 for strangers as for no order, and 403 for members who may not', async () => {
    const order = await bought()
    const memberships = (role: string) => ({ [event.organizerId]: role })
    const token = async (roles: Record<string, string>) =>
      tickets.tokens.user({ audience: 'tickets', memberships: roles })
    const body = { email: 'mallory@example.org' }
    const bare = (answer: { json(): object }) => ({ ...answer.json(), instance: '' })
    const none = bare(await correct({ id: toId('ord', newUuid()), secret: order.secret }, body))
    for (const by of [
      {},
      { secret: (await bought()).secret },
      { token: await token({ [toId('org', newUuid())]: 'owner' }) },
    ]) {
      expect(bare(await correct(order, body, by))).toEqual(none)
    }
    for (const role of ['finance', 'door', 'viewer']) {
      expect((await correct(order, body, { token: await token(memberships(role)) })).statusCode).toBe(403)
    }
    for (const role of ['owner', 'manager', 'support']) {
      expect((await correct(order, body, { token: await token(memberships(role)) })).statusCode).toBe(200)
    }
  })
})
