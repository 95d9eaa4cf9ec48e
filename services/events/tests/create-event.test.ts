import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

const create = (own: Record<string, unknown> = {}, extra = {}) =>
  fixture.call('POST', '/v1/events', fixture.draft(own), extra)
const pointers = (answer: { body: { errors?: { pointer: string }[] } }) => answer.body.errors?.map((e) => e.pointer)

describe('creating an event', () => {
  it('begins a draft, with its ETag and place, and announces nothing', async () => {
    const answer = await create()
    expect(answer.status).toBe(201)
    expect(answer.headers.etag).toBe('"v1"')
    expect(answer.headers.location).toBe(`/api/events/v1/events/${answer.body.id}`)
    expect(answer.body).toMatchObject({
      organizerId: fixture.organizerId,
      status: 'draft',
      title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
      startsAt: '2027-05-01T18:00:00.000Z',
      timeZone: 'Europe/Paris',
      imageUrl: null,
      publishedAt: null,
      version: 1,
      createdAt: '2027-03-01T10:00:00.000Z',
    })
    expect(answer.body.descriptionHtml).toEqual({ en: '<p>An <em>evening</em> of arias.</p>' })
    expect(await fixture.announced(answer.body.id)).toEqual([])
  })

  it('takes an event in one language, online, without a place', async () => {
    const answer = await create({ title: { fr: 'Rencontre' }, venue: { online: true }, description: undefined })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ title: { fr: 'Rencontre' }, description: {}, venue: { online: true } })
  })

  it.each([
    ['no title', { title: {} }],
    ['a blank title', { title: { en: ' ' } }],
    ['another language', { title: { en: 'x', de: 'x' } }],
    ['an end before the start', { endsAt: '2027-05-01T17:00:00Z' }],
    ['an end at the start', { endsAt: '2027-05-01T18:00:00Z' }],
    ['a time without a zone', { startsAt: '2027-05-01T18:00:00' }],
    ['a leap second', { startsAt: '2027-04-30T23:59:60Z' }],
    ['a time that is a number', { startsAt: 1_809_187_200 }],
    ['a zone that does not exist', { timeZone: 'Europe/Lutetia' }],
    ['an offset for a zone', { timeZone: '+02:00' }],
    ['a category that does not exist', { category: 'wedding' }],
    ['a script as link', { url: 'javascript:alert(1)' }],
    ['a venue that is a text', { venue: 'Paris' }],
    ['a NUL in a text', { title: { en: 'a\u0000b' } }],
    ['half a character', { title: { en: '\ud800' } }],
    ['a title of 201 characters', { title: { en: 'x'.repeat(201) } }],
  ])('refuses %s', async (_what, own) => {
    const answer = await create(own)
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('request-invalid')
    expect(answer.body.errors.length).toBeGreaterThan(0)
  })

  it('names all faults at once', async () => {
    const answer = await create({ timeZone: 'Mars/Base', endsAt: '2027-05-01T17:00:00Z', url: 'ftp://x' })
    expect(pointers(answer)).toEqual(['/endsAt', '/timeZone', '/url'])
  })

  it.each(['status', 'version', 'publishedAt', 'id', 'createdAt', 'price', 'descriptionHtml', 'constructor'])(
    'refuses the field %s, which is not for clients',
    async (name) => {
      const answer = await create({ [name]: 'published' })
      expect(answer.status).toBe(400)
      expect(pointers(answer)).toContain(`/${name}`)
    },
  )

  it('refuses __proto__ in the body', async () => {
    const payload = JSON.stringify(fixture.draft()).replace('{', '{"__proto__":{"admin":true},')
    const answer = await fixture.call('POST', '/v1/events', undefined, {
      payload: Buffer.from(payload),
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(400)
  })

  it('is for owners and managers of the organizer; its other members get 403, strangers 404, nobody 401', async () => {
    for (const role of ['owner', 'manager']) {
      expect((await create({}, { token: await fixture.member(role) })).status).toBe(201)
    }
    for (const role of ['finance', 'support', 'door', 'viewer']) {
      expect((await create({}, { token: await fixture.member(role) })).status).toBe(403)
    }
    const stranger = await fixture.member('owner', newOrganizerId())
    expect((await create({}, { token: stranger })).status).toBe(404)
    expect((await create({}, { token: '' })).status).toBe(401)
    expect((await create({}, { token: await fixture.serviceToken('tickets') })).status).toBe(403)
  })

  it('refuses a form and a cross-site request', async () => {
    const form = { payload: Buffer.from('title=x'), headers: { 'content-type': 'text/plain' } }
    expect((await fixture.call('POST', '/v1/events', undefined, form)).status).toBe(415)
    expect((await create({}, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
  })
})
