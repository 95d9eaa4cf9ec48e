import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

function record(own: Record<string, unknown> = {}) {
  const { organizerId: _, ...body } = fixture.draft(own)
  return { ...body, publish: true, ...own }
}
const put = (ref: string, body: unknown, extra = {}) =>
  fixture.call('PUT', `/v1/organizers/${fixture.organizerId}/imported-events/${ref}`, body, extra)
const facts = async (id: string) => (await fixture.announced(id)).map(({ type }) => type.split('.')[1])

describe('importing an event', () => {
  it('creates it, then changes nothing for the same record in another order, then updates it', async () => {
    const created = await put('one', record())
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ outcome: 'created', event: { status: 'published', version: 1 } })
    const { id } = created.body.event
    const reordered = Object.fromEntries(Object.entries(record()).reverse())
    const same = await put('one', reordered)
    expect(same.status).toBe(200)
    expect(same.body).toMatchObject({ outcome: 'unchanged', event: { id, version: 1 } })
    const updated = await put('one', record({ startsAt: '2027-05-01T17:00:00Z' }))
    expect(updated.body).toMatchObject({ outcome: 'updated', event: { id, version: 2 } })
    expect(await facts(id)).toEqual(['event-published', 'event-rescheduled'])
  })

  it('keeps what a person has corrected since, while the record stays the same', async () => {
    const { id } = (await put('corrected', record())).body.event
    await fixture.call('PATCH', `/v1/events/${id}`, { title: { en: 'Corrected' } }, { ifMatch: '*' })
    const same = await put('corrected', record())
    expect(same.body).toMatchObject({ outcome: 'unchanged', event: { title: { en: 'Corrected' } } })
  })

  it('publishes a past event, and a draft when the record is to be published', async () => {
    const past = { startsAt: '2025-01-14T08:00:00Z', endsAt: '2025-01-17T17:00:00Z' }
    expect((await put('past', record(past))).body.event.status).toBe('published')
    const draft = await put('later', record({ publish: false }))
    expect(draft.body.event.status).toBe('draft')
    const published = await put('later', record())
    expect(published.body).toMatchObject({ outcome: 'updated', event: { status: 'published' } })
    expect(await facts(published.body.event.id)).toEqual(['event-published'])
  })

  it('makes one event of 8 simultaneous imports of a record', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => put('race', record())))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status } of answers) expect([200, 201, 409]).toContain(status)
    const ids = answers.filter(({ status }) => status < 300).map(({ body }) => body.event.id)
    expect(new Set(ids).size).toBe(1)
    expect(await facts(ids[0])).toEqual(['event-published'])
  })

  it('does not revive a cancelled event', async () => {
    const { id } = (await put('off', record())).body.event
    await fixture.call('POST', `/v1/events/${id}/cancellation`, {})
    expect((await put('off', record())).body.outcome).toBe('unchanged')
    expect((await put('off', record({ title: { en: 'Changed' } }))).body.code).toBe('event-cancelled')
  })

  it('refuses what cannot be an event, with its reasons, and keeps nothing', async () => {
    expect((await put('bad', record({ endsAt: '2020-01-01T00:00:00Z' }))).body.errors[0].pointer).toBe('/endsAt')
    expect((await put('bad', record({ venue: {} }))).body.code).toBe('event-incomplete')
    expect((await put('bad', record({ status: 'cancelled' }))).status).toBe(400)
    expect((await put('bad', record({ organizerId: newOrganizerId() }))).status).toBe(400)
    expect((await put('x'.repeat(160), record())).status).toBeGreaterThanOrEqual(400)
    expect((await put('a%20b', record())).status).toBe(400)
    expect((await put('bad', record())).status).toBe(201)
  })

  it('is refused to other members (403), strangers (404) and nobody (401); the administrator may', async () => {
    expect((await put('who', record(), { token: await fixture.member('finance') })).status).toBe(403)
    expect((await put('who', record(), { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await put('who', record(), { token: '' })).status).toBe(401)
    const issuedAt = fixture.clock.now().getTime() / 1_000
    const admin = await fixture.tokens.user({ audience: 'events', admin: true, issuedAt })
    expect((await put('who', record(), { token: admin })).status).toBe(201)
  })

  it('gives two organizers each its own event of the same record', async () => {
    const other = newOrganizerId()
    const mine = await put('shared', record())
    const theirs = await fixture.call('PUT', `/v1/organizers/${other}/imported-events/shared`, record(), {
      token: await fixture.member('owner', other),
    })
    expect(theirs.status).toBe(201)
    expect(theirs.body.event.id).not.toBe(mine.body.event.id)
  })
})
