import { newUuid, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addRow, type Fixture, startNotifications } from './fixture.ts'

const [OURS, THEIRS] = [newOrganizerId(), newOrganizerId()]
const ORDER = toId('ord', newUuid())
const NOTHING = toId('dlv', newUuid())

let fixture: Fixture
let ours: string
let account: string

beforeAll(async () => {
  // Nothing is sent here: the rows stay in the state that the test gave them.
  fixture = await startNotifications({ started: false })
  ours = await addRow(fixture, { organizerId: OURS, orderId: ORDER, recipient: 'marie.curie@example.org' })
  account = await addRow(fixture, { recipient: 'user@example.org' })
})
afterAll(() => fixture?.end())

type As = 'owner' | 'manager' | 'finance' | 'support' | 'door' | 'viewer' | 'stranger' | 'admin' | 'service' | 'nobody'

async function call(as: As, url: string, method: 'GET' | 'POST' = 'GET', payload?: object) {
  const memberships = ['stranger', 'admin', 'service', 'nobody'].includes(as) ? {} : { [OURS]: as }
  const token =
    as === 'nobody'
      ? undefined
      : as === 'service'
        ? await fixture.tokens.service('tickets', 'notifications')
        : await fixture.token(as === 'stranger' ? { [THEIRS]: 'owner' } : memberships, as === 'admin')
  return fixture.app.inject({
    method,
    url,
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    ...(payload ? { payload } : {}),
  })
}

/** What identifies this answer alone. */
const comparable = (answer: { json(): { instance?: string } }) => ({ ...answer.json(), instance: '' })

const list = (query = '') => `/v1/deliveries?organizerId=${OURS}${query}`

describe('listDeliveries', () => {
  it('gives the organizer’s messages, and no other’s', async () => {
    await addRow(fixture, { organizerId: THEIRS, recipient: 'canary@example.org' })
    const answer = await call('owner', list())
    expect(answer.statusCode).toBe(200)
    expect(answer.json().items.map((item: { id: string }) => item.id)).toEqual([ours])
    expect(answer.body).not.toContain('canary')
    expect(answer.json().items[0]).toMatchObject({
      kind: 'order-confirmation',
      channel: 'email',
      orderId: ORDER,
      organizerId: OURS,
      recipient: 'marie.curie@example.org',
      language: 'en',
      state: 'failed',
      attempts: 1,
      nextAttemptAt: null,
      sentAt: null,
      lastError: '550 No such mailbox here',
    })
  })

  it.each<[As, number]>([
    ['owner', 200],
    ['manager', 200],
    ['support', 200],
    ['admin', 200],
    ['finance', 403],
    ['door', 403],
    ['viewer', 403],
    ['stranger', 404],
    ['service', 403],
    ['nobody', 401],
  ])('answers %s with %i', async (as, status) => {
    expect((await call(as, list())).statusCode).toBe(status)
  })

  it('answers for another’s organizer as for none', async () => {
    const none = await call('stranger', `/v1/deliveries?organizerId=${newOrganizerId()}`)
    expect(comparable(await call('stranger', list()))).toEqual(comparable(none))
  })

  it('shows whole addresses to those who answer buyers, and masked ones to the others', async () => {
    const seenBy = async (as: As) => (await call(as, list())).json().items[0].recipient
    expect(await seenBy('support')).toBe('marie.curie@example.org')
    expect(await seenBy('admin')).toBe('marie.curie@example.org')
    expect(await seenBy('manager')).toBe('m•••@example.org')
  })

  it('needs an organizer, except from the platform’s administrator, who also sees what goes to accounts', async () => {
    const answer = await call('owner', '/v1/deliveries')
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors[0].pointer).toBe('organizerId')
    const all = (await call('admin', '/v1/deliveries')).json().items.map((item: { id: string }) => item.id)
    expect(all).toContain(account)
  })

  it('filters by order and state', async () => {
    const found = async (query: string) => (await call('owner', list(query))).json().items.length
    expect(await found(`&orderId=${ORDER}`)).toBe(1)
    expect(await found(`&orderId=${toId('ord', newUuid())}`)).toBe(0)
    expect(await found('&state=failed')).toBe(1)
    expect(await found('&state=sent')).toBe(0)
  })

  it.each([
    '&state=lost',
    '&limit=0',
    '&limit=201',
    '&limit=x',
    '&orderId=evt_1',
    '&orderId=1',
    '&color=red',
    '&cursor=abc',
    '&state=sent%00',
  ])('refuses %s', async (query) => {
    const answer = await call('owner', list(query))
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('request-invalid')
  })

  it('pages from the newest to the oldest without losing or repeating one, while new ones come', async () => {
    const organizerId = newOrganizerId()
    const ids: string[] = []
    for (let count = 0; count < 7; count += 1) ids.unshift(await addRow(fixture, { organizerId }))
    const seen: string[] = []
    let cursor = ''
    do {
      const answer = await call(
        'admin',
        `/v1/deliveries?organizerId=${organizerId}&limit=3${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...answer.json().items.map((item: { id: string }) => item.id))
      cursor = answer.json().nextCursor ?? ''
      await addRow(fixture, { organizerId })
    } while (cursor)
    expect(seen).toEqual(ids)
  })
})

describe('getDelivery', () => {
  it.each<[As, number]>([
    ['owner', 200],
    ['manager', 200],
    ['support', 200],
    ['admin', 200],
    ['finance', 403],
    ['door', 403],
    ['viewer', 403],
    ['stranger', 404],
    ['service', 403],
    ['nobody', 401],
  ])('answers %s with %i', async (as, status) => {
    expect((await call(as, `/v1/deliveries/${ours}`)).statusCode).toBe(status)
  })

  it('answers for another’s message as for none, and for an account’s as well', async () => {
    const none = comparable(await call('stranger', `/v1/deliveries/${NOTHING}`))
    for (const id of [ours, account, 'dlv_x', toId('ord', newUuid()), `${ours}'--`]) {
      expect(comparable(await call('stranger', `/v1/deliveries/${encodeURIComponent(id)}`))).toEqual(none)
    }
    expect((await call('admin', `/v1/deliveries/${account}`)).json()).toMatchObject({
      organizerId: null,
      orderId: null,
    })
  })
})

describe('retryDelivery', () => {
  const retry = (as: As, id: string, payload?: object) => call(as, `/v1/deliveries/${id}/retry`, 'POST', payload)
  const failed = () => addRow(fixture, { organizerId: OURS })

  it('makes a failed message due now, with all its time again; repeating it changes nothing', async () => {
    const id = await failed()
    const first = await retry('support', id)
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({ id, state: 'retrying', nextAttemptAt: fixture.clock.now().toISOString() })
    expect((await retry('support', id)).json()).toEqual(first.json())
  })

  it('refuses what was sent, and what is being sent', async () => {
    const sent = await retry('owner', await addRow(fixture, { organizerId: OURS, state: 'sent' }))
    expect(sent.statusCode).toBe(409)
    expect(sent.json()).toMatchObject({ code: 'already-sent', sentAt: fixture.clock.now().toISOString() })
    const sending = await retry('owner', await addRow(fixture, { organizerId: OURS, state: 'sending' }))
    expect(sending.json()).toMatchObject({ status: 409, code: 'being-sent' })
  })

  it.each<[As, number]>([
    ['owner', 200],
    ['manager', 200],
    ['support', 200],
    ['admin', 200],
    ['finance', 403],
    ['door', 403],
    ['viewer', 403],
    ['stranger', 404],
    ['service', 403],
    ['nobody', 401],
  ])('answers %s with %i, and changes nothing for whom it refuses', async (as, status) => {
    const id = await failed()
    expect((await retry(as, id)).statusCode).toBe(status)
    const after = await call('owner', `/v1/deliveries/${id}`)
    expect(after.json().state).toBe(status === 200 ? 'retrying' : 'failed')
  })

  it('takes no field of a body for an order', async () => {
    const id = await failed()
    await retry('owner', id, { state: 'sent', recipient: 'mallory@example.org', __proto__: { admin: true } })
    expect((await call('owner', `/v1/deliveries/${id}`)).json()).toMatchObject({
      recipient: 'zoe@example.org',
      sentAt: null,
    })
  })

  it('answers nothing for nothing', async () => {
    expect((await retry('owner', NOTHING)).statusCode).toBe(404)
  })
})
