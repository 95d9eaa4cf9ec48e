import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

const publish = (id: string, extra = {}) => fixture.call('POST', `/v1/events/${id}/publication`, undefined, extra)
const cancel = (id: string, body: unknown = {}, extra = {}) =>
  fixture.call('POST', `/v1/events/${id}/cancellation`, body, extra)
const facts = async (id: string) => (await fixture.announced(id)).map(({ type }) => type.split('.')[1])

describe('publishing an event', () => {
  it('shows it to everyone and announces it, once however often it is asked', async () => {
    const { id } = await fixture.createDraft()
    const answer = await publish(id)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ status: 'published', version: 2, publishedAt: '2027-03-01T10:00:00.000Z' })
    expect((await publish(id)).body.version).toBe(2)
    expect(await facts(id)).toEqual(['event-published'])
    expect((await fixture.anonymous('GET', `/v1/events/${id}`)).status).toBe(200)
  })

  it('lists all that is missing, and publishes nothing', async () => {
    const { id } = await fixture.createDraft({
      venue: { country: 'FR' },
      startsAt: '2026-01-01T10:00:00Z',
      endsAt: '2026-01-01T11:00:00Z',
    })
    const answer = await publish(id)
    expect(answer.status).toBe(422)
    expect(answer.body.code).toBe('event-incomplete')
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/venue', '/endsAt'])
    expect((await fixture.call('GET', `/v1/events/${id}`)).body.status).toBe('draft')
    expect(await facts(id)).toEqual([])
  })

  it('is refused to other members (403), strangers (404) and nobody (401)', async () => {
    const { id } = await fixture.createDraft()
    expect((await publish(id, { token: await fixture.member('finance') })).status).toBe(403)
    expect((await publish(id, { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await publish(id, { token: '' })).status).toBe(401)
  })
})

describe('cancelling an event', () => {
  it('is for good, keeps the reason, and is announced once', async () => {
    const { id } = await fixture.createPublished()
    const answer = await cancel(id, { reason: { fr: 'Orage', en: 'Storm' } })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ status: 'cancelled', cancellationReason: { fr: 'Orage', en: 'Storm' } })
    expect((await cancel(id, { reason: { en: 'Other' } })).body.cancellationReason.en).toBe('Storm')
    expect((await publish(id)).body.code).toBe('event-cancelled')
    expect(await facts(id)).toEqual(['event-published', 'event-cancelled'])
    expect((await fixture.anonymous('GET', `/v1/events/${id}`)).body.status).toBe('cancelled')
  })

  it('refuses a draft, a bad reason, other members, strangers and nobody', async () => {
    const draft = await fixture.createDraft()
    expect((await cancel(draft.id)).body.code).toBe('event-not-published')
    const { id } = await fixture.createPublished()
    expect((await cancel(id, { reason: 'because' })).status).toBe(400)
    expect((await cancel(id, { reason: {} })).status).toBe(400)
    expect((await cancel(id, { refund: false })).status).toBe(400)
    expect((await cancel(id, {}, { token: await fixture.member('door') })).status).toBe(403)
    expect((await cancel(id, {}, { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await cancel(id, {}, { token: '' })).status).toBe(401)
    expect(await facts(id)).toEqual(['event-published'])
  })
})
