import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

describe('reading an event', () => {
  it('shows a published event to anyone, and a copy that is still right is a 304', async () => {
    const { id } = await fixture.createPublished()
    const first = await fixture.anonymous('GET', `/v1/events/${id}`)
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({
      etag: '"v2"',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    const again = await fixture.call('GET', `/v1/events/${id}`, undefined, {
      token: '',
      headers: { 'if-none-match': 'W/"v2"' },
    })
    expect(again.status).toBe(304)
    expect(again.raw.length).toBe(0)
    await fixture.call('PATCH', `/v1/events/${id}`, { title: { en: 'New' } }, { ifMatch: '"v2"' })
    const changed = await fixture.call('GET', `/v1/events/${id}`, undefined, { headers: { 'if-none-match': '"v2"' } })
    expect(changed.status).toBe(200)
  })

  it('shows a draft to members and services, and to strangers the same 404 as for nothing', async () => {
    const { id } = await fixture.createDraft()
    const get = (path: string, token: string) => fixture.call('GET', path, undefined, { token })
    for (const role of ['owner', 'manager', 'finance', 'support', 'door', 'viewer']) {
      expect((await get(`/v1/events/${id}`, await fixture.member(role))).status).toBe(200)
    }
    expect((await get(`/v1/events/${id}`, await fixture.serviceToken('tickets'))).status).toBe(200)
    const stranger = await fixture.member('owner', newOrganizerId())
    const nothing = 'evt_01kanw8f7re8ksz8zkz3q2x4vc'
    for (const token of [stranger, '']) {
      const hidden = await get(`/v1/events/${id}`, token)
      const absent = await get(`/v1/events/${nothing}`, token)
      expect(hidden.status).toBe(404)
      const { instance: _1, ...hiddenBody } = hidden.body
      const { instance: _2, ...absentBody } = absent.body
      expect(hiddenBody).toEqual(absentBody)
    }
    const draft = await get(`/v1/events/${id}`, fixture.owner)
    expect(draft.headers['cache-control']).toBe('no-store')
  })

  it.each(['evt_x', 'org_01kanw8f7re8ksz8zkz3q2x4vc', '..%2f..%2fetc', "evt_' or 1=1--", '1'])(
    'answers 404 to the id %s',
    async (id) => {
      expect((await fixture.anonymous('GET', `/v1/events/${encodeURIComponent(id)}`)).status).toBe(404)
    },
  )

  it('refuses a bad token even where none is needed', async () => {
    const { id } = await fixture.createPublished()
    const answer = await fixture.call('GET', `/v1/events/${id}`, undefined, { token: 'aaaa.bbbb.cccc' })
    expect(answer.status).toBe(401)
  })
})
