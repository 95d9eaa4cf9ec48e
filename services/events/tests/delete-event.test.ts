import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())
beforeEach(() => {
  fixture.tickets.answer = 204
  fixture.tickets.asked = []
})

const remove = (id: string, extra = {}) => fixture.call('DELETE', `/v1/events/${id}`, undefined, extra)
const exists = async (id: string) => (await fixture.call('GET', `/v1/events/${id}`)).status === 200
const deleted = async (id: string) =>
  (await fixture.announced(id)).filter(({ type }) => type === 'events.event-deleted.v1').length

describe('deleting an event', () => {
  it('asks tickets to close its sale, then removes and announces it', async () => {
    const { id } = await fixture.createPublished()
    expect((await remove(id)).status).toBe(204)
    expect(fixture.tickets.asked).toEqual([`/v1/internal/events/${id}/closure`])
    expect(await exists(id)).toBe(false)
    expect(await deleted(id)).toBe(1)
    expect((await remove(id)).status).toBe(404)
  })

  it('refuses an event with orders, which is to be cancelled instead', async () => {
    fixture.tickets.answer = 409
    const { id } = await fixture.createPublished()
    const answer = await remove(id)
    expect(answer.status).toBe(409)
    expect(answer.body.code).toBe('event-has-orders')
    expect(await exists(id)).toBe(true)
    expect(await deleted(id)).toBe(0)
  })

  it.each(['down' as const, 404, 403])('deletes nothing while tickets is %s: 503', async (answer) => {
    const { id } = await fixture.createPublished()
    fixture.tickets.answer = answer
    const refused = await remove(id)
    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBeDefined()
    expect(await exists(id)).toBe(true)
    expect(await deleted(id)).toBe(0)
  })

  it('does not even ask for other members (403), strangers (404), nobody (401) and an old ETag (412)', async () => {
    const { id } = await fixture.createPublished()
    expect((await remove(id, { token: await fixture.member('viewer') })).status).toBe(403)
    expect((await remove(id, { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await remove(id, { token: '' })).status).toBe(401)
    expect((await remove(id, { ifMatch: '"v1"' })).status).toBe(412)
    expect(fixture.tickets.asked).toEqual([])
    expect(await exists(id)).toBe(true)
  })

  it('takes the picture with it', async () => {
    const sharp = (await import('sharp')).default
    const { multipart } = await import('./fixture.ts')
    const png = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const { id } = await fixture.createDraft()
    const { imageUrl } = (await fixture.call('PUT', `/v1/events/${id}/image`, undefined, multipart(png))).body
    const path = imageUrl.replace('/api/events', '')
    expect((await fixture.anonymous('GET', path)).status).toBe(200)
    await remove(id)
    expect((await fixture.anonymous('GET', path)).status).toBe(404)
  })
})
