import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

const patch = (id: string, body: unknown, extra = {}) =>
  fixture.call('PATCH', `/v1/events/${id}`, body, { ifMatch: '*', ...extra })
const facts = async (id: string) => (await fixture.announced(id)).map(({ type }) => type.split('.')[1])

describe('changing an event', () => {
  it('replaces what is named, removes what is null, keeps the rest', async () => {
    const { id } = await fixture.createDraft({ url: 'https://opera.example/night' })
    const answer = await patch(id, {
      title: { en: null, fr: 'Soirée' },
      venue: { name: null, address: 'Place de l’Opéra' },
      url: null,
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.etag).toBe('"v2"')
    expect(answer.body).toMatchObject({
      title: { fr: 'Soirée' },
      venue: { address: 'Place de l’Opéra', city: 'Paris', country: 'FR', online: false },
      description: { en: 'An *evening* of arias.' },
      url: null,
      version: 2,
    })
    expect(answer.body.title).not.toHaveProperty('en')
    expect(answer.body.venue).not.toHaveProperty('name')
  })

  it('needs If-Match (428), and refuses the ETag of an older version (412), changing nothing', async () => {
    const { id } = await fixture.createDraft()
    const url = `/v1/events/${id}`
    expect((await fixture.call('PATCH', url, { title: { en: 'a' } })).status).toBe(428)
    expect((await patch(id, { title: { en: 'b' } }, { ifMatch: '"v1"' })).status).toBe(200)
    const late = await patch(id, { title: { en: 'c' } }, { ifMatch: '"v1"' })
    expect(late.status).toBe(412)
    expect(late.body.currentVersion).toBe(2)
    expect((await fixture.call('GET', url)).body.title.en).toBe('b')
  })

  it('makes no new version of a change that changes nothing', async () => {
    const { id } = await fixture.createDraft()
    const answer = await patch(id, { category: 'concert', title: { en: 'Night at the Opera' } })
    expect(answer.body.version).toBe(1)
  })

  it.each([
    ['the last language of the title', { title: { en: null, fr: null } }],
    ['an end before the start', { endsAt: '2027-04-01T00:00:00Z' }],
    ['a start after the end', { startsAt: '2027-06-01T00:00:00Z' }],
    ['a field that is not for clients', { status: 'published' }],
    ['another organizer', { organizerId: newOrganizerId() }],
    ['an empty body', {}],
    ['a null start', { startsAt: null }],
  ])('refuses %s', async (_what, body) => {
    const { id } = await fixture.createDraft()
    const answer = await patch(id, body)
    expect(answer.status).toBe(400)
    expect((await fixture.call('GET', `/v1/events/${id}`)).body.version).toBe(1)
  })

  it('is refused to other members (403), strangers (404) and nobody (401)', async () => {
    const { id } = await fixture.createPublished()
    const body = { title: { en: 'Hacked' } }
    expect((await patch(id, body, { token: await fixture.member('support') })).status).toBe(403)
    expect((await patch(id, body, { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await patch(id, body, { token: '' })).status).toBe(401)
    expect((await fixture.call('GET', `/v1/events/${id}`)).body.title.en).toBe('Night at the Opera')
  })

  it('announces of a published event what copies hold: an update, or a new time instead of it', async () => {
    const { id } = await fixture.createPublished()
    await patch(id, { title: { en: 'Gala' } })
    await patch(id, { description: { en: 'Longer.' }, url: 'https://opera.example' })
    await patch(id, { startsAt: '2027-05-01T17:30:00Z', venue: { city: 'Lyon' } })
    await patch(id, { timeZone: 'Europe/Brussels' })
    const announced = await fixture.announced(id)
    expect(announced.map(({ type }) => type)).toEqual([
      'events.event-published.v1',
      'events.event-updated.v1',
      'events.event-rescheduled.v1',
      'events.event-rescheduled.v1',
    ])
    expect(announced[2]?.data).toMatchObject({
      previousStartsAt: '2027-05-01T18:00:00.000Z',
      startsAt: '2027-05-01T17:30:00.000Z',
      venue: { city: 'Lyon' },
      version: 5,
    })
  })

  it('announces nothing of a draft', async () => {
    const { id } = await fixture.createDraft()
    await patch(id, { title: { en: 'Gala' }, startsAt: '2027-05-01T17:30:00Z' })
    expect(await facts(id)).toEqual([])
  })

  it('is refused when the event is cancelled', async () => {
    const { id } = await fixture.createPublished()
    await fixture.call('POST', `/v1/events/${id}/cancellation`, {})
    const answer = await patch(id, { title: { en: 'Back again' } })
    expect(answer.status).toBe(409)
    expect(answer.body.code).toBe('event-cancelled')
  })
})
