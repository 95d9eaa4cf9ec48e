import { randomUUID } from 'node:crypto'
import { newUuid, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgetPublicEvents } from '../../src/jobs/forget-public-events.ts'
import { startSendingWebhooks } from '../../src/jobs/send-webhooks.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let fixture: WebhookFixture
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  fixture = await startWithWebhooks()
})
afterAll(async () => {
  await fixture?.end()
  await receiver?.close()
})
beforeEach(async () => {
  await fixture.db.deleteFrom('webhook_endpoint').execute()
  receiver.answer = (response) => void response.writeHead(204).end()
})

const newPath = () => `/${randomUUID()}`
const first = <T>(list: T[]): T => {
  if (list[0] === undefined) throw new Error('an empty list')
  return list[0]
}
const settled = (endpointId: string, state: string) =>
  eventually(async () => (await fixture.webhooks(endpointId)).find((webhook) => webhook.state === state) ?? false)

describe('a webhook', () => {
  it('tells of an order, thinly, and its signature is taken by the reference library', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    const orderId = await fixture.orderConfirmed()
    const got = first(await eventually(() => receiver.of(path).length > 0 && receiver.of(path)))
    const [secret = ''] = await fixture.secrets(id)
    expect(new Webhook(secret).verify(got.body, got.headers as Record<string, string>)).toMatchObject({
      type: 'order.confirmed',
      data: { orderId, organizerId: fixture.organizerId },
    })
    expect(Object.keys(got.event)).toEqual(['type', 'timestamp', 'data'])
    expect(Object.keys(got.event.data).sort()).toEqual(['eventId', 'orderId', 'organizerId'])
    const delivery = await settled(id, 'delivered')
    expect(delivery).toMatchObject({ eventId: got.headers['webhook-id'], attempts: 1, lastStatus: 204 })
  })

  it('is one for a message, however often that comes', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    const messageId = newUuid()
    const orders = [await fixture.orderConfirmed(messageId)]
    // Neither the inbox nor its loss makes a second one.
    await fixture.orderConfirmed(messageId)
    await fixture.db.deleteFrom('inbox' as never).execute()
    await fixture.orderConfirmed(messageId)
    orders.push(await fixture.orderConfirmed())
    await eventually(async () => (await fixture.webhooks(id)).filter(({ state }) => state === 'delivered').length === 2)
    // Both may be on their way at once, and come in either order.
    const told = receiver.of(path).map(({ event }) => event.data.orderId)
    expect(told.sort()).toEqual(orders.sort())
  })

  it('goes to the organizer’s endpoints that want its type, and to no other’s', async () => {
    const [all, orders, events] = [newPath(), newPath(), newPath()]
    await fixture.endpoint(receiver.url + all)
    await fixture.endpoint(receiver.url + orders, { types: ['order.confirmed', 'order.refunded'] })
    const other = await fixture.endpoint(receiver.url + events, { types: ['event.cancelled'] })
    await fixture.bus.deliver({
      type: 'tickets.order-confirmed.v1',
      data: {
        orderId: 'ord_01kanw8f7re8ksz8zkz3q2x4vc',
        eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vc',
        organizerId: 'org_01kanw8f7pe6kbzs7gdn2h5w0a',
      },
    })
    const orderId = await fixture.orderConfirmed()
    await eventually(() => receiver.of(all).length === 1 && receiver.of(orders).length === 1)
    expect(first(receiver.of(all)).event.data).toMatchObject({ orderId })
    expect(await fixture.webhooks(other.id)).toEqual([])
  })

  it('is tried again later, with the same id and a new signature, until it is taken; each request is in the log', async () => {
    const path = newPath()
    receiver.answer = (response) =>
      void response
        .writeHead(503, { 'content-type': 'text/plain', 'set-cookie': 'a=1' })
        .end('canary of their database')
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    const waiting = await settled(id, 'retrying')
    expect(waiting).toMatchObject({ attempts: 1, lastOutcome: 'refused', lastStatus: 503 })
    expect((await fixture.call('GET', `/v1/webhook-endpoints/${id}`)).json().failingSince).not.toBeNull()

    receiver.answer = (response) => void response.writeHead(200).end()
    fixture.clock.advance(5)
    await settled(id, 'delivered')
    const [before, after] = receiver.of(path)
    expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id'])
    expect(after?.body).toBe(before?.body)
    expect(after?.headers['webhook-signature']).not.toBe(before?.headers['webhook-signature'])
    const shown = await fixture.webhook(waiting.id)
    expect(shown.log).toMatchObject([
      { number: 2, outcome: 'delivered', status: 200 },
      { number: 1, outcome: 'refused', status: 503, headers: { 'content-type': 'text/plain' } },
    ])
    expect(shown.body).toBe(before?.body)
    // What an answer said is kept nowhere.
    expect(JSON.stringify(shown)).not.toMatch(/canary|set-cookie/)
    expect((await fixture.call('GET', `/v1/webhook-endpoints/${id}`)).json().failingSince).toBeNull()
  })

  it('waits as long as the receiver asks for, and is given up after three days of trying, not before', async () => {
    const path = newPath()
    receiver.answer = (response, at) =>
      at === path ? void response.writeHead(429, { 'retry-after': '3600' }).end() : void response.writeHead(204).end()
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    const { id: webhookId, nextAttemptAt } = await settled(id, 'retrying')
    expect(nextAttemptAt).toBe(new Date(fixture.clock.now().getTime() + 3_600_000).toISOString())

    const began = fixture.clock.now().getTime()
    let before = 1
    for (let state = 'retrying'; state === 'retrying'; ) {
      fixture.clock.advance(8 * 3_600)
      const now = await eventually(async () => {
        const one = await fixture.webhook(webhookId)
        return one.attempts > before && one.state !== 'sending' && one
      })
      state = now.state
      before = now.attempts
    }
    const lasted = fixture.clock.now().getTime() - began
    expect(lasted).toBeGreaterThanOrEqual(72 * 3_600_000)
    expect(lasted).toBeLessThan(81 * 3_600_000)
    expect((await fixture.webhook(webhookId)).state).toBe('failed')
  })

  it('is not sent on to where a redirect leads', async () => {
    const [path, target] = [newPath(), newPath()]
    receiver.answer = (response, at) =>
      at === path ? void response.writeHead(307, { location: target }).end() : void response.writeHead(204).end()
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    expect(await settled(id, 'retrying')).toMatchObject({ lastOutcome: 'redirected', lastStatus: 307 })
    expect(receiver.of(target)).toEqual([])
  })

  it('to an endpoint that is gone (410) turns it off; what waited can be replayed once it is on again', async () => {
    const path = newPath()
    receiver.answer = (response, at) => void response.writeHead(at === path ? 410 : 204).end('x')
    const { id } = await fixture.endpoint(receiver.url + path)
    fixture.clock.advance(1)
    const began = fixture.clock.now().toISOString()
    await fixture.orderConfirmed()
    await settled(id, 'failed')
    const off = (await fixture.call('GET', `/v1/webhook-endpoints/${id}`)).json()
    expect(off).toMatchObject({ enabled: false, disabledReason: 'gone' })
    // Nothing is collected for it meanwhile.
    const missed = await fixture.orderConfirmed()
    expect(await fixture.webhooks(id)).toHaveLength(1)
    const replay = () => fixture.call('POST', `/v1/webhook-endpoints/${id}/replays`, { since: began })
    expect((await replay()).json()).toMatchObject({ status: 409, code: 'webhook-endpoint-off' })

    receiver.answer = (response) => void response.writeHead(204).end()
    const on = await fixture.call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: true }, { 'if-match': '*' })
    expect(on.json()).toMatchObject({ enabled: true, disabledReason: null, failingSince: null })
    fixture.clock.advance(1)
    const replayed = await replay()
    expect([replayed.statusCode, replayed.json().count]).toEqual([202, 2])
    await eventually(async () => (await fixture.webhooks(id)).every(({ state }) => state === 'delivered'))
    expect(receiver.of(path).map(({ event }) => event.data.orderId)).toContain(missed)
    fixture.clock.advance(1)
    expect((await replay()).json().count).toBe(0)
  })

  it('to an endpoint that took nothing for four days turns it off', async () => {
    const path = newPath()
    receiver.answer = (response, at) => void response.writeHead(at === path ? 500 : 204).end()
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    await settled(id, 'retrying')
    fixture.clock.advance(4 * 24 * 3_600)
    await settled(id, 'failed')
    expect((await fixture.call('GET', `/v1/webhook-endpoints/${id}`)).json()).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
    })
  })

  it('is signed with the old secret and the new one while they change, and with the new one alone afterwards', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    const [old = ''] = await fixture.secrets(id)
    const rotation = await fixture.call('POST', `/v1/webhook-endpoints/${id}/secret-rotations`, { oldValidForHours: 2 })
    expect(rotation.statusCode).toBe(201)
    const [present = '', ...others] = await fixture.secrets(id)
    expect(present).not.toBe(old)
    expect(others).toEqual([old])
    await fixture.orderConfirmed()
    const during = first(await eventually(() => receiver.of(path).length === 1 && receiver.of(path)))
    const knows = (secret: string, { body, headers }: typeof during) => {
      // The receiver's clock is the tests': signatures are as old as the clock was moved.
      const signature = new Webhook(secret).sign(
        String(headers['webhook-id']),
        new Date(Number(headers['webhook-timestamp']) * 1_000),
        body,
      )
      return String(headers['webhook-signature']).split(' ').includes(signature)
    }
    expect([knows(present, during), knows(old, during)]).toEqual([true, true])
    fixture.clock.advance(2 * 3_600)
    await fixture.orderConfirmed()
    const after = (await eventually(() => receiver.of(path).length === 2 && receiver.of(path)))[1]
    expect(after && [knows(present, after), knows(old, after)]).toEqual([true, false])
    expect(await fixture.secrets(id)).toEqual([present])
  })

  it('that is tried out says that it is a test, and goes to its endpoint alone', async () => {
    const [path, other] = [newPath(), newPath()]
    const { id } = await fixture.endpoint(receiver.url + path, { types: ['event.cancelled'] })
    await fixture.endpoint(receiver.url + other)
    const url = `/v1/organizers/${fixture.organizerId}/test-events`
    const answer = await fixture.call('POST', url, { type: 'order.confirmed', endpointId: id })
    expect(answer.statusCode).toBe(201)
    const got = first(await eventually(() => receiver.of(path).length === 1 && receiver.of(path)))
    expect(got.event).toMatchObject({ type: 'order.confirmed', test: true, data: { organizerId: fixture.organizerId } })
    expect(got.headers['webhook-id']).toBe(answer.json().id)
    expect(receiver.of(other)).toEqual([])
  })

  it('that was delivered is posted again by a replay, with the same id', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    const delivered = await settled(id, 'delivered')
    const answer = await fixture.call('POST', `/v1/webhook-deliveries/${delivered.id}/replay`)
    expect([answer.statusCode, answer.json().state]).toEqual([200, 'pending'])
    const [one, two] = await eventually(() => receiver.of(path).length === 2 && receiver.of(path))
    expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id'])
    await eventually(async () => (await fixture.webhook(delivered.id)).log.length === 2)
  })
})

describe('senders', () => {
  it('share the work: of two at once, with fifty events, each is posted once', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    const second = startSendingWebhooks(fixture.context)
    for (let count = 0; count < 50; count += 1) await fixture.orderConfirmed()
    await eventually(async () => {
      const webhooks = await fixture.webhooks(id)
      return webhooks.length === 50 && webhooks.every(({ state }) => state === 'delivered')
    })
    await second.stop()
    const ids = receiver.of(path).map(({ headers }) => headers['webhook-id'])
    expect([ids.length, new Set(ids).size]).toEqual([50, 50])
  })

  it('that die leave their webhook to the others, once the lease is over and not before', async () => {
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path)
    await fixture.orderConfirmed()
    const { id: webhookId } = await settled(id, 'delivered')
    const leased = {
      state: 'sending',
      lease: newUuid(),
      next_attempt_at: new Date(fixture.clock.now().getTime() + 30_000),
    } as const
    const uuid = toUuid('whd', webhookId)
    await fixture.db.updateTable('webhook_delivery').set(leased).where('id', '=', uuid).execute()
    // While another one goes out, this one does not.
    await fixture.orderConfirmed()
    // Written down too, or its own lease would be over with the other.
    await settled(id, 'delivered')
    expect(receiver.of(path)).toHaveLength(2)
    expect((await fixture.webhook(webhookId)).state).toBe('sending')
    fixture.clock.advance(30)
    await eventually(async () => (await fixture.webhook(webhookId)).state === 'delivered')
    expect(receiver.of(path)).toHaveLength(3)
  })
})

describe('public events', () => {
  it('are forgotten after thirty days with their webhooks, and not before', async () => {
    const { id } = await fixture.endpoint(receiver.url + newPath())
    await fixture.orderConfirmed()
    await settled(id, 'delivered')
    fixture.clock.advance(29 * 24 * 3_600)
    await forgetPublicEvents(fixture.context)
    expect(await fixture.webhooks(id)).toHaveLength(1)
    fixture.clock.advance(24 * 3_600 + 1)
    await forgetPublicEvents(fixture.context)
    expect(await fixture.webhooks(id)).toEqual([])
    expect(await fixture.db.selectFrom('webhook_attempt').select('number').execute()).toEqual([])
  })
})

describe('endpoints that are slow', () => {
  it('delay nobody: with eight that answer nothing, another has its webhook before they have answered', async () => {
    const held: (() => void)[] = []
    const slow = newPath()
    const open = new Map<string, number>()
    let most = 0
    receiver.answer = (response, path) => {
      if (!path.startsWith(slow)) return void response.writeHead(204).end()
      const count = (open.get(path) ?? 0) + 1
      open.set(path, count)
      most = Math.max(most, count)
      response.once('close', () => open.set(path, (open.get(path) ?? 0) - 1))
      held.push(() => void response.writeHead(204).end())
    }
    const endpoints = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        fixture.endpoint(`${receiver.url}${slow}/${index}`, { types: ['order.refunded'] }),
      ),
    )
    const refund = () =>
      fixture.bus.deliver({
        type: 'tickets.order-refunded.v1',
        data: {
          orderId: 'ord_01kanw8f7re8ksz8zkz3q2x4vc',
          eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vc',
          organizerId: fixture.organizerId,
          reason: 'requested',
        },
      })
    for (let count = 0; count < 6; count += 1) await refund()
    await eventually(() => held.length >= 32)
    const path = newPath()
    const { id } = await fixture.endpoint(receiver.url + path, { types: ['order.confirmed'] })
    await fixture.orderConfirmed()
    await settled(id, 'delivered')
    // Four at once to each, and no more; where this takes over five seconds, some are given up and others begun.
    expect(most).toBe(4)
    receiver.answer = (response) => void response.writeHead(204).end()
    for (const release of held) release()
    await eventually(async () => {
      const all = (await Promise.all(endpoints.map((endpoint) => fixture.webhooks(endpoint.id)))).flat()
      // What was given up after five seconds is tried again when the clock goes on.
      if (all.some(({ state }) => state === 'retrying')) fixture.clock.advance(10)
      return all.every(({ state }) => state === 'delivered')
    })
  })
})
