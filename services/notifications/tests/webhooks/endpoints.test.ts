import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { newUuid, toId } from '@guichet/server'
import { eventually, newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let fixture: WebhookFixture
let receiver: Receiver
let url: string

beforeAll(async () => {
  receiver = await startReceiver()
  url = `${receiver.url}/hook`
  // Nothing is sent here.
  fixture = await startWithWebhooks({ started: false })
})
afterAll(async () => {
  await fixture?.end()
  await receiver?.close()
})
beforeEach(async () => {
  await fixture.db.deleteFrom('webhook_endpoint').execute()
})

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
const collection = () => `/v1/organizers/${fixture.organizerId}/webhook-endpoints`

/** A webhook that failed, as if its event had come. */
async function addWebhook(endpointId: string): Promise<string> {
  const answer = await fixture.call('POST', `/v1/organizers/${fixture.organizerId}/test-events`, {
    type: 'order.confirmed',
    endpointId,
  })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  const [webhook] = await fixture.webhooks(endpointId)
  return webhook?.id ?? ''
}

/** Every operation, on objects of the organizer. */
async function operations(): Promise<[Method, string, object?][]> {
  const { id } = await fixture.endpoint(url)
  const webhook = await addWebhook(id)
  const one = `/v1/webhook-endpoints/${id}`
  return [
    ['GET', collection()],
    ['POST', collection(), { url }],
    ['GET', one],
    ['PATCH', one, { description: 'changed by somebody' }],
    ['GET', `${one}/secrets`],
    ['POST', `${one}/secret-rotations`, {}],
    ['GET', `${one}/deliveries`],
    ['POST', `${one}/replays`, { since: '2020-01-01T00:00:00Z' }],
    ['GET', `/v1/webhook-deliveries/${webhook}`],
    ['POST', `/v1/webhook-deliveries/${webhook}/replay`],
    ['POST', `/v1/organizers/${fixture.organizerId}/test-events`, { type: 'order.confirmed' }],
    ['GET', `/v1/organizers/${fixture.organizerId}/public-events`],
    ['DELETE', one],
  ]
}

describe('who may do what', () => {
  async function statuses(token: string | undefined, list: [Method, string, object?][]): Promise<number[]> {
    const found: number[] = []
    for (const [method, path, payload] of list) {
      const answer = await fixture.app.inject({
        method,
        url: path,
        headers: {
          'idempotency-key': randomUUID(),
          'if-match': '*',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(payload ? { payload } : {}),
      })
      found.push(answer.statusCode)
    }
    return found
  }
  const all = (status: number) => Array.from({ length: 13 }, () => status)
  const taken = [200, 201, 200, 200, 200, 201, 200, 202, 200, 200, 201, 200, 204]

  it.each(['owner', 'manager'])('lets %s do everything', async (role) => {
    expect(await statuses(await fixture.token({ [fixture.organizerId]: role }), await operations())).toEqual(taken)
  })

  it('lets the platform’s administrator do everything', async () => {
    expect(await statuses(await fixture.token({}, true), await operations())).toEqual(taken)
  })

  it.each(['finance', 'support', 'door', 'viewer'])('lets %s do nothing (403)', async (role) => {
    expect(await statuses(await fixture.token({ [fixture.organizerId]: role }), await operations())).toEqual(all(403))
  })

  it('tells strangers nothing (404), nobody 401, services 403, and changes nothing for them', async () => {
    const list = await operations()
    const before = await fixture.call('GET', collection())
    expect(await statuses(await fixture.token({ [newOrganizerId()]: 'owner' }), list)).toEqual(all(404))
    expect(await statuses(undefined, list)).toEqual(all(401))
    expect(await statuses(await fixture.tokens.service('tickets', 'notifications'), list)).toEqual(all(403))
    expect((await fixture.call('GET', collection())).json()).toEqual(before.json())
  })

  it('answers for another’s endpoint or webhook as for none, also as the target of a test event', async () => {
    const { id } = await fixture.endpoint(url)
    const webhook = await addWebhook(id)
    const stranger = newOrganizerId()
    const token = await fixture.token({ [stranger]: 'owner' })
    const ask = async (method: 'GET' | 'POST', path: string, payload?: object) => {
      const answer = await fixture.app.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${token}` },
        ...(payload ? { payload } : {}),
      })
      return { ...answer.json(), instance: '' }
    }
    const [noEndpoint, noWebhook] = [toId('whk', newUuid()), toId('whd', newUuid())]
    expect(await ask('GET', `/v1/webhook-endpoints/${id}`)).toEqual(
      await ask('GET', `/v1/webhook-endpoints/${noEndpoint}`),
    )
    expect(await ask('GET', `/v1/webhook-deliveries/${webhook}`)).toEqual(
      await ask('GET', `/v1/webhook-deliveries/${noWebhook}`),
    )
    const tests = `/v1/organizers/${stranger}/test-events`
    const refused = await ask('POST', tests, { type: 'order.confirmed', endpointId: id })
    expect(refused).toEqual(await ask('POST', tests, { type: 'order.confirmed', endpointId: noEndpoint }))
    expect(refused.status).toBe(404)
    expect(await fixture.webhooks(id)).toHaveLength(1)
  })
})

describe('an endpoint', () => {
  it('is made once for a key, with all types unless some are named, and shows no secret but where it is asked for', async () => {
    // Keys are of a user: one token for all.
    const authorization = `Bearer ${await fixture.token({ [fixture.organizerId]: 'owner' })}`
    const key = { 'idempotency-key': randomUUID(), authorization }
    const made = await fixture.call('POST', collection(), { url, description: 'CRM' }, key)
    expect(made.json()).toMatchObject({ url, description: 'CRM', types: null, enabled: true, version: 1 })
    const again = await fixture.call('POST', collection(), { url, description: 'CRM' }, key)
    expect(again.json()).toEqual(made.json())
    expect((await fixture.call('POST', collection(), { url }, key)).statusCode).toBe(422)
    const list = await fixture.call('GET', collection())
    expect(list.json().items).toEqual([made.json()])
    expect(list.body + made.body).not.toContain('whsec_')
    const [secret = ''] = await fixture.secrets(made.json().id)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { rows } = await fixture.db
      .selectFrom('webhook_endpoint')
      .select('secrets')
      .execute()
      .then((rows) => ({ rows }))
    expect(rows[0]?.secrets.includes(Buffer.from(secret))).toBe(false)
  })

  it('is changed by whom has seen its last version', async () => {
    const { id } = await fixture.endpoint(url)
    const patch = (body: object, headers: Record<string, string> = {}) =>
      fixture.call('PATCH', `/v1/webhook-endpoints/${id}`, body, headers)
    expect((await patch({ description: 'x' })).statusCode).toBe(428)
    const changed = await patch({ types: ['event.cancelled'] }, { 'if-match': '"v1"' })
    expect(changed.json()).toMatchObject({ types: ['event.cancelled'], version: 2, url })
    expect((await patch({ description: 'x' }, { 'if-match': '"v1"' })).statusCode).toBe(412)
    expect((await patch({ types: null }, { 'if-match': '"v2"' })).json()).toMatchObject({ types: null, version: 3 })
    const off = await patch({ enabled: false }, { 'if-match': '*' })
    expect(off.json()).toMatchObject({ enabled: false, disabledReason: 'by-hand', version: 4 })
  })

  it.each([
    [{}, '/url'],
    [{ url: '' }, '/url'],
    [{ url: 'https://example.org/', color: 'red' }, '/color'],
    [{ url: 'https://example.org/', types: [] }, '/types'],
    [{ url: 'https://example.org/', types: ['order.lost'] }, '/types/0'],
    [{ url: 'https://example.org/', secrets: 'x' }, '/secrets'],
  ])('is refused (400) as %j', async (body, pointer) => {
    const answer = await fixture.call('POST', collection(), body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
  })

  it('is one of twenty at most (409)', async () => {
    for (let count = 0; count < 20; count += 1) await fixture.endpoint(url)
    const answer = await fixture.call('POST', collection(), { url })
    expect(answer.json()).toMatchObject({ status: 409, code: 'too-many-webhook-endpoints', max: 20 })
  })

  it('lists what it got from the newest to the oldest, page by page, by state too', async () => {
    const { id } = await fixture.endpoint(url)
    const made: string[] = []
    for (let count = 0; count < 5; count += 1) {
      fixture.clock.advance(1)
      await addWebhook(id)
      made.unshift((await fixture.webhooks(id))[0]?.id ?? '')
    }
    const page = async (query: string) =>
      (await fixture.call('GET', `/v1/webhook-endpoints/${id}/deliveries?limit=2${query}`)).json()
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer: { items: { id: string }[]; nextCursor: string | null } = await page(cursor && `&cursor=${cursor}`)
      seen.push(...answer.items.map((item) => item.id))
      cursor = answer.nextCursor
    }
    expect(seen).toEqual(made)
    expect((await page('&state=failed')).items).toEqual([])
    for (const query of [
      '&state=lost',
      '&cursor=abc',
      `&cursor=${Buffer.from('["x","y"]').toString('base64url')}`,
      '&color=red',
    ])
      expect((await page(query)).status, query).toBe(400)
  })

  it('is removed with what it got, once', async () => {
    const { id } = await fixture.endpoint(url)
    const webhook = await addWebhook(id)
    expect((await fixture.call('DELETE', `/v1/webhook-endpoints/${id}`)).statusCode).toBe(204)
    expect((await fixture.call('DELETE', `/v1/webhook-endpoints/${id}`)).statusCode).toBe(404)
    expect((await fixture.call('GET', `/v1/webhook-deliveries/${webhook}`)).statusCode).toBe(404)
  })
})

describe('following what happens', () => {
  const follow = async (query = '') =>
    (await fixture.call('GET', `/v1/organizers/${fixture.organizerId}/public-events${query}`)).json()
  const happen = (type: string) => fixture.call('POST', `/v1/organizers/${fixture.organizerId}/test-events`, { type })
  /** Until nothing older than what happened is under way, in any database of this server: it holds the place back. */
  const passed = () =>
    eventually(async () => {
      const { rows } = await sql<{ passed: boolean | null }>`
        select bool_and(written_by < pg_snapshot_xmin(pg_current_snapshot())) as passed from public_event
      `.execute(fixture.db)
      return rows[0]?.passed !== false
    })

  it('begins now, and then misses nothing and repeats nothing, however many are asked for', async () => {
    const types = ['order.confirmed', 'order.refunded', 'event.cancelled', 'ticket.checked_in', 'message.failed']
    await happen('order.confirmed')
    await passed()
    let { nextCursor, items } = await follow()
    expect(items).toEqual([])
    for (const type of types) await happen(type)
    await passed()
    const seen: string[] = []
    do {
      ;({ nextCursor, items } = await follow(`?limit=2&after=${nextCursor}`))
      seen.push(...items.map((item: { type: string }) => item.type))
    } while (items.length > 0)
    expect(seen).toEqual(types)
  })

  it('never passes over what commits late', async () => {
    await passed()
    const { nextCursor } = await follow()
    let commit = (): void => undefined
    const committed = new Promise<void>((resolve) => {
      commit = resolve
    })
    let written = (): void => undefined
    const isWritten = new Promise<void>((resolve) => {
      written = resolve
    })
    const late = fixture.db.transaction().execute(async (tx) => {
      const { addEvent } = await import('../../src/webhooks/add-event.ts')
      const { parseId } = await import('@guichet/server')
      const now = fixture.clock.now()
      await addEvent(tx, now, {
        id: newUuid(),
        organizerId: parseId('org', fixture.organizerId) ?? '',
        type: 'event.deleted',
        occurredAt: now,
        data: {},
        test: true,
        streamed: false,
      })
      written()
      await committed
    })
    await isWritten
    await happen('order.confirmed')
    // The later one is there already, but to go on to it would lose the earlier one.
    const meanwhile = await follow(`?after=${nextCursor}`)
    expect(meanwhile).toEqual({ items: [], nextCursor })
    commit()
    await late
    await passed()
    const after = await follow(`?after=${nextCursor}`)
    expect(after.items.map((item: { type: string }) => item.type)).toEqual(['event.deleted', 'order.confirmed'])
  })

  it('waits for the next thing that happens', async () => {
    await passed()
    const { nextCursor } = await follow()
    const waiting = follow(`?waitSeconds=12&after=${nextCursor}`)
    await happen('waiting_list.joined')
    expect((await waiting).items).toMatchObject([{ type: 'waiting_list.joined', test: true }])
  })

  it('refuses (400) a cursor that is none, and to wait for long', async () => {
    expect((await follow('?after=nonsense')).status).toBe(400)
    expect((await follow('?waitSeconds=600')).status).toBe(400)
  })
})

it('posts a whole time again a few times an hour, and not without end', async () => {
  const { id } = await fixture.endpoint(url)
  const replay = () => fixture.call('POST', `/v1/webhook-endpoints/${id}/replays`, { since: '2020-01-01T00:00:00Z' })
  const answers = []
  for (let time = 0; time < 21; time++) answers.push((await replay()).statusCode)
  expect(answers).toEqual([...Array(20).fill(202), 429])
})
