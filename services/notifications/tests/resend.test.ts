import { newUuid, parseId, toId } from '@guichet/server'
import { eventually, newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addRow, type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type OrderAnswer, type Peers, startPeers } from './peers.ts'

let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
})

type Role = 'owner' | 'manager' | 'support' | 'finance' | 'door' | 'viewer'

async function call(method: 'GET' | 'POST', url: string, headers: Record<string, string> = {}) {
  return fixture.app.inject({ method, url, headers })
}
async function as(role: Role | 'stranger' | 'nobody', organizerId: string): Promise<Record<string, string>> {
  if (role === 'nobody') return {}
  const memberships: Record<string, string> = { [role === 'stranger' ? newOrganizerId() : organizerId]: role }
  return { authorization: `Bearer ${await fixture.token(memberships)}` }
}

/** An order whose confirmation has been sent, and the delivery that did it. */
async function sentOrder(): Promise<{ order: OrderAnswer; deliveryId: string; email: string }> {
  const order = knownOrder(peers)
  await fixture.deliverOrder(order)
  const row = await eventually(async () => {
    const found = (await fixture.deliveries()).find((each) => toId('ord', each.order_id ?? '') === order.id)
    return found?.state === 'sent' && found
  })
  return { order, deliveryId: toId('dlv', row.id), email: order.buyer?.email ?? '' }
}

describe('resendDelivery', () => {
  it('sends the message once more, as one of its own with its own Message-ID; twice pressed is once sent', async () => {
    const { order, deliveryId, email } = await sentOrder()
    const headers = await as('support', order.organizerId)
    await inbox.order({ next: '451', to: email })
    const [first, second] = await Promise.all([
      call('POST', `/v1/deliveries/${deliveryId}/resend`, headers),
      call('POST', `/v1/deliveries/${deliveryId}/resend`, headers),
    ])
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({ resendOf: deliveryId, kind: 'order-confirmation', orderId: order.id })
    expect(second.json().id).toBe(first.json().id)
    await eventually(async () => {
      fixture.clock.advance(10)
      return (await inbox.messages(email)).length > 1
    })
    const mails = await inbox.messages(email)
    expect(mails).toHaveLength(2)
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(2)
  })

  it('goes to the address that the order has now', async () => {
    const { order, deliveryId, email } = await sentOrder()
    if (order.buyer) order.buyer.email = `right.${email}`
    await call('POST', `/v1/deliveries/${deliveryId}/resend`, await as('owner', order.organizerId))
    await eventually(async () => (await inbox.messages(`right.${email}`)).length === 1)
  })

  it('is for five times an hour, however the message is named', async () => {
    const { order, deliveryId } = await sentOrder()
    const headers = await as('manager', order.organizerId)
    let latest = deliveryId
    for (let times = 0; times < 5; times += 1) {
      const answer = await call('POST', `/v1/deliveries/${latest}/resend`, headers)
      expect(answer.json()).toMatchObject({ resendOf: deliveryId })
      latest = answer.json().id
      await eventually(async () =>
        (await fixture.deliveries()).some((row) => row.id === parseId('dlv', latest) && row.state === 'sent'),
      )
    }
    const answer = await call('POST', `/v1/deliveries/${latest}/resend`, headers)
    expect(answer.json()).toMatchObject({ status: 429, code: 'resent-too-often' })
    fixture.clock.advance(3_601)
    expect((await call('POST', `/v1/deliveries/${latest}/resend`, headers)).statusCode).toBe(200)
  })

  it.each<[Role | 'stranger' | 'nobody', number]>([
    ['owner', 200],
    ['manager', 200],
    ['support', 200],
    ['finance', 403],
    ['door', 403],
    ['viewer', 403],
    ['stranger', 404],
    ['nobody', 401],
  ])('answers %s with %i', async (role, status) => {
    const organizerId = newOrganizerId()
    const id = await addRow(fixture, { organizerId, state: 'bounced' })
    const before = (await fixture.deliveries()).length
    const answer = await call('POST', `/v1/deliveries/${id}/resend`, await as(role, organizerId))
    expect(answer.statusCode).toBe(status)
    expect((await fixture.deliveries()).length - before).toBe(status === 200 ? 1 : 0)
  })
})

describe('listAttempts', () => {
  it('tells each conversation with the mail server, in its words and without the address', async () => {
    const order = knownOrder(peers)
    const email = order.buyer?.email ?? ''
    await inbox.order({ next: '451', to: email })
    await fixture.deliverOrder(order)
    const row = await eventually(async () => {
      fixture.clock.advance(10)
      const found = (await fixture.deliveries()).find((each) => each.recipient_address === email)
      return found?.state === 'sent' && found
    })
    const url = `/v1/deliveries/${toId('dlv', row.id)}/attempts`
    const answer = await call('GET', url, await as('support', order.organizerId))
    expect(answer.json().items).toMatchObject([
      { number: 2, outcome: 'sent', reply: expect.stringContaining('250') },
      { number: 1, outcome: 'put-off', reply: expect.stringContaining('451') },
    ])
    expect(answer.body).not.toContain('@')
    expect((await call('GET', url)).statusCode).toBe(401)
    expect((await call('GET', url, await as('viewer', order.organizerId))).statusCode).toBe(403)
    expect((await call('GET', url, await as('stranger', order.organizerId))).statusCode).toBe(404)
  })
})

describe('what a buyer sees', () => {
  const messages = (orderId: string, secret?: string) =>
    call('GET', `/v1/orders/${orderId}/messages`, secret ? { 'order-secret': secret } : {})

  it('is what was sent about the order, with no whole address', async () => {
    const { order, email } = await sentOrder()
    const answer = await messages(order.id, order.secret ?? '')
    expect(answer.json().items).toMatchObject([
      { kind: 'order-confirmation', channel: 'email', state: 'sent', recipient: expect.stringContaining('•••@') },
    ])
    expect(answer.body).not.toContain(email)
  })

  it('is for the holder of the secret; for others there is no such order', async () => {
    const { order } = await sentOrder()
    const none = await messages(toId('ord', newUuid()), 'x')
    for (const answer of [
      await messages(order.id),
      await messages(order.id, 'wrong'),
      await messages(order.id, `${order.secret}x`),
      await messages('ord_1', 'x'),
    ]) {
      expect(answer.statusCode).toBe(404)
      expect({ ...answer.json(), instance: '' }).toEqual({ ...none.json(), instance: '' })
    }
  })

  it('is not for who tries keys out: after thirty wrong ones in a minute the right one waits too, and not for others', async () => {
    const { order } = await sentOrder()
    const ask = (secret: string, sender: string) =>
      call('GET', `/v1/orders/${order.id}/messages`, { 'order-secret': secret, 'x-forwarded-for': sender })
    const right = order.secret ?? ''
    for (let time = 0; time < 40; time++) expect((await ask(right, '192.0.2.9')).statusCode).toBe(200)
    for (let time = 0; time < 30; time++) expect((await ask(`wrong ${time}`, '192.0.2.9')).statusCode).toBe(404)
    const refused = await ask(right, '192.0.2.9')
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate-limited'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(right, '192.0.2.10')).statusCode).toBe(200)
  })

  it('can be had once more, and twice asked is once sent', async () => {
    const { order, email } = await sentOrder()
    const again = () => call('POST', `/v1/orders/${order.id}/confirmation`, { 'order-secret': String(order.secret) })
    const [first] = await Promise.all([again(), again()])
    expect(first?.statusCode).toBe(202)
    await eventually(async () => (await inbox.messages(email)).length > 1)
    expect((await call('POST', `/v1/orders/${order.id}/confirmation`)).statusCode).toBe(404)
  })

  it('is 503 while tickets is away', async () => {
    const { order } = await sentOrder()
    peers.answer = () => 503
    expect((await messages(order.id, order.secret ?? '')).json()).toMatchObject({ code: 'unavailable' })
    peers.answer = () => 200
  })
})
