import { newUuid, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callerOf, draft, eventWithOrders, read, schedule, type TestEvent, WORDS, wish } from './bulk.ts'
import { type Fixture, startNotifications } from './fixture.ts'
import { type Peers, startPeers } from './peers.ts'

let peers: Peers
let fixture: Fixture
let event: TestEvent
let call: ReturnType<typeof callerOf>

beforeAll(async () => {
  peers = await startPeers()
  // Nothing is sent here.
  fixture = await startNotifications({ peers, started: false })
  event = eventWithOrders(peers, 3)
  call = callerOf(fixture, event.organizerId)
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
})

const create = (body: object, more: object = {}) => call('POST', '/v1/bulk-messages', { body, ...more })
const content = () => ({ organizerId: event.organizerId, eventId: event.eventId, purpose: 'information', ...WORDS })
const ifMatch = (version: number) => ({ 'if-match': `"v${version}"` })
const inAnHour = () => new Date(fixture.clock.now().getTime() + 3_600_000).toISOString()
const path = (id: string, act = '') => `/v1/bulk-messages/${id}${act}`

describe('createBulkMessage', () => {
  it('keeps a draft, once for a repeated request, and says who made it', async () => {
    const headers = { 'idempotency-key': newUuid() }
    const token = await fixture.token({ [event.organizerId]: 'manager' })
    const first = await create(content(), { headers, token })
    expect([first.statusCode, first.headers.etag]).toEqual([201, '"v1"'])
    expect(first.json()).toMatchObject({ state: 'draft', segment: {}, ...WORDS, acts: [{ act: 'created' }] })
    expect((await create(content(), { headers, token })).json().id).toBe(first.json().id)
    expect((await create({ ...content(), purpose: 'marketing' }, { headers, token })).statusCode).toBe(422)
  })

  it('takes no event of another organizer, and no event that there is not', async () => {
    const other = eventWithOrders(peers, 1)
    for (const eventId of [other.eventId, toId('evt', newUuid())]) {
      const answer = await create({ ...content(), eventId })
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
    }
  })

  it.each([
    ['half a language', { subject: { fr: 'Bonjour' } }, '/subject/en'],
    ['no words', { subject: {}, body: {} }, '/subject'],
    ['what is no template', { body: { ...WORDS.body, fr: '{% if %}' } }, '/body/fr'],
    ['a loop', { body: { ...WORDS.body, en: '{% for a in b %}{% endfor %}' } }, '/body/en'],
    ['an unknown purpose', { purpose: 'spam' }, '/purpose'],
    ['an unknown field', { sender: 'x' }, '/sender'],
    ['a type that is none', { segment: { ticketTypeIds: ['typ_1'] } }, '/segment/ticketTypeIds/0'],
    ['information for people who have not bought', { segment: { orderState: 'held' } }, '/purpose'],
    [
      'dates the wrong way round',
      { segment: { boughtFrom: '2027-02-02T00:00:00Z', boughtBefore: '2027-02-01T00:00:00Z' } },
      '/segment/boughtBefore',
    ],
  ])('refuses %s, and says where', async (_, change, pointer) => {
    const answer = await create({ ...content(), ...change })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid'])
    expect(answer.json().errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
  })

  it('says so when tickets is away', async () => {
    peers.answer = () => 503
    const answer = await create(content())
    peers.answer = () => 200
    expect(answer.statusCode).toBe(503)
    fixture.context.outages.end('tickets')
  })
})

describe('who may', () => {
  it.each([
    ['read', 'GET', ''],
    ['read', 'GET', '/recipients'],
    ['write', 'GET', '/preview'],
    ['write', 'PATCH', ''],
    ['write', 'POST', '/schedule'],
    ['write', 'DELETE', '/schedule'],
    ['write', 'POST', '/cancellation'],
  ] as const)('%s: %s %s', async (permission, method, act) => {
    const { id } = await draft(fixture, event)
    const body =
      method === 'PATCH' ? { purpose: 'information' } : act === '/schedule' && method === 'POST' ? {} : undefined
    const status = async (more: { as?: string; token?: string | null }) =>
      (await call(method, path(id, act), { ...more, headers: ifMatch(1), ...(body ? { body } : {}) })).statusCode
    expect(await status({ token: null })).toBe(401)
    expect(await status({ token: await fixture.token({ [newOrganizerId()]: 'owner' }) })).toBe(404)
    expect(await status({ as: 'door' })).toBe(403)
    expect(await status({ as: 'finance' })).toBe(403)
    expect(await status({ as: 'support' })).toBe(permission === 'read' ? 200 : 403)
    expect(await status({ as: 'manager' })).toBe(200)
    const nothing = await call(method, path(toId('blk', newUuid()), act), { ...(body ? { body } : {}) })
    expect(nothing.statusCode).toBe(404)
  })

  it('lists an organizer’s messages for its members alone, the newest first, page by page', async () => {
    const own = eventWithOrders(peers, 1)
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) ids.unshift((await draft(fixture, own)).id)
    const list = (more = '', token?: string) =>
      callerOf(fixture, own.organizerId)('GET', `/v1/bulk-messages?organizerId=${own.organizerId}${more}`, {
        as: 'viewer',
        ...(token ? { token } : {}),
      })
    const first = (await list('&limit=2')).json()
    const second = (await list(`&limit=2&cursor=${first.nextCursor}`)).json()
    expect([...first.items, ...second.items].map((item: { id: string }) => item.id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()
    expect((await list(`&eventId=${event.eventId}`)).json().items).toEqual([])
    expect((await list('&state=sent')).json().items).toEqual([])
    expect((await list('&state=lost')).statusCode).toBe(400)
    expect((await list('', await fixture.token({ [newOrganizerId()]: 'owner' }))).statusCode).toBe(404)
  })
})

describe('updateBulkMessage', () => {
  it('answers more changes at once than there are connections to the database', async () => {
    const { id } = await draft(fixture, event)
    const change = () => call('PATCH', path(id), { body: { purpose: 'marketing' }, headers: ifMatch(1) })
    const answers = await Promise.all(Array.from({ length: 40 }, change))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array(39).fill(412)])
  })

  it('changes a draft that the caller has seen, and nothing else', async () => {
    const { id } = await draft(fixture, event)
    const change = (headers: Record<string, string>) =>
      call('PATCH', path(id), { body: { purpose: 'marketing', segment: { language: 'fr' } }, headers })
    expect((await change({})).statusCode).toBe(428)
    expect((await change(ifMatch(7))).statusCode).toBe(412)
    const answer = await change(ifMatch(1))
    expect(answer.json()).toMatchObject({ purpose: 'marketing', segment: { language: 'fr' }, ...WORDS, version: 2 })
    expect((await call('PATCH', path(id), { body: {}, headers: ifMatch(2) })).statusCode).toBe(400)
    expect((await call('PATCH', path(id), { body: { subject: { en: 'x' } }, headers: ifMatch(2) })).statusCode).toBe(
      400,
    )
  })

  it('leaves alone what is scheduled; off the schedule, it can be changed again', async () => {
    const { id, version } = await schedule(fixture, event, {}, inAnHour())
    const change = (seen: number) => call('PATCH', path(id), { body: { purpose: 'marketing' }, headers: ifMatch(seen) })
    expect((await change(version)).json()).toMatchObject({ status: 409, code: 'bulk-message-not-draft' })
    const draftAgain = (await call('DELETE', path(id, '/schedule'))).json()
    expect(draftAgain).toMatchObject({ state: 'draft', scheduledAt: null })
    expect((await call('DELETE', path(id, '/schedule'))).json()).toEqual(draftAgain)
    expect((await change(draftAgain.version)).statusCode).toBe(200)
    const { acts } = await read(fixture, event, id)
    expect(acts.map((entry: { act: string }) => entry.act)).toEqual(['created', 'scheduled', 'unscheduled', 'changed'])
  })
})

describe('scheduleBulkMessage', () => {
  it('wants to know that the caller has seen what goes', async () => {
    const { id } = await draft(fixture, event)
    const go = (headers: Record<string, string>, body = {}) => call('POST', path(id, '/schedule'), { body, headers })
    expect((await go({})).statusCode).toBe(428)
    expect((await go(ifMatch(2))).statusCode).toBe(412)
    expect((await go(ifMatch(1), { at: 'tomorrow' })).statusCode).toBe(400)
    expect((await go(ifMatch(1), { at: '2999-01-01T00:00:00Z' })).statusCode).toBe(400)
    const answer = await go(ifMatch(1))
    expect(answer.json()).toMatchObject({ state: 'scheduled', scheduledAt: fixture.clock.now().toISOString() })
    expect((await go(ifMatch(2))).json().code).toBe('bulk-message-not-draft')
  })
})

describe('cancelBulkMessage', () => {
  it('calls off what is planned, and repeating it changes nothing', async () => {
    const { id } = await schedule(fixture, event)
    const first = await call('POST', path(id, '/cancellation'))
    expect(first.json()).toMatchObject({ state: 'cancelled', endedAt: fixture.clock.now().toISOString() })
    expect((await call('POST', path(id, '/cancellation'))).json()).toEqual(first.json())
    expect((await call('DELETE', path(id, '/schedule'))).json().code).toBe('bulk-message-begun')
  })
})

describe('countBulkRecipients', () => {
  const count = async (id: string) => (await call('GET', path(id, '/recipients'))).json()

  it('counts each address once, by language, without those who want none', async () => {
    const own = eventWithOrders(peers, 2)
    own.add({ locale: 'en', buyer: { name: 'A', email: own.orders[0]?.buyer?.email.toUpperCase() } })
    own.add({ locale: 'en', buyer: { name: 'B', email: 'b@example.org' } })
    own.add({ state: 'refunded' })
    call = callerOf(fixture, own.organizerId)
    const information = await draft(fixture, own)
    const everybody = { orders: 4, recipients: 3, byLanguage: { en: 1, fr: 2 }, withoutConsent: 0 }
    expect(await count(information.id)).toEqual(everybody)
    await wish(fixture, own.organizerId, 'B@example.org', 'information', false)
    expect(await count(information.id)).toMatchObject({ recipients: 2, withoutConsent: 1 })

    const marketing = await draft(fixture, own, { purpose: 'marketing' })
    expect(await count(marketing.id)).toMatchObject({ recipients: 0, withoutConsent: 3 })
    await wish(fixture, own.organizerId, 'b@example.org', 'marketing', true)
    expect(await count(marketing.id)).toMatchObject({ recipients: 1, byLanguage: { en: 1, fr: 0 }, withoutConsent: 2 })
    // What somebody has said to another organizer counts for that one alone.
    await wish(fixture, newOrganizerId(), own.orders[0]?.buyer?.email ?? '', 'marketing', true)
    expect(await count(marketing.id)).toMatchObject({ recipients: 1 })
    call = callerOf(fixture, event.organizerId)
  })

  it('does not let a member read an audience without end', async () => {
    const { id } = await draft(fixture, event)
    const token = await fixture.token({ [event.organizerId]: 'owner' })
    const answers = []
    for (let time = 0; time < 61; time++)
      answers.push((await call('GET', path(id, '/recipients'), { token })).statusCode)
    expect(answers).toEqual([...Array(60).fill(200), 429])
    expect((await call('GET', path(id, '/recipients'))).statusCode).toBe(200)
  })
})

describe('previewBulkMessage', () => {
  const preview = async (id: string, language: string) =>
    (await call('GET', path(id, `/preview?language=${language}`))).json()

  it('shows the mail with a real order of that language, and not the key to it', async () => {
    const own = eventWithOrders(peers, 1)
    call = callerOf(fixture, own.organizerId)
    const { id } = await draft(fixture, own)
    const seen = await preview(id, 'fr')
    expect(seen).toMatchObject({ language: 'fr', subject: 'Des nouvelles de Nuit à l’Opéra', sample: false })
    expect(seen.html).toContain('<strong>tôt</strong>')
    expect(seen.text).toContain('Bonjour Zoë Lefèvre')
    expect(seen.html + seen.text).not.toContain('the-secret_of-the-order')
    // Nobody in it reads English: somebody made up does.
    const sample = await preview(id, 'en')
    expect(sample).toMatchObject({ language: 'en', sample: true })
    expect(sample.text).toContain('Hello Zoë Lefèvre')
    call = callerOf(fixture, event.organizerId)
  })

  it('shows the one language that there is', async () => {
    const { id } = await draft(fixture, event, { subject: { fr: 'Bonjour' }, body: { fr: 'À bientôt.' } })
    expect(await preview(id, 'en')).toMatchObject({ language: 'fr', subject: 'Bonjour' })
  })
})
