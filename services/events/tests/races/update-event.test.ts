import { sql } from '@guichet/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from '../fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

const WRITERS = 6

/** All writers have read version 1; each then writes its own title. */
function patchAll(id: string, ifMatch: string) {
  return Promise.all(
    Array.from({ length: WRITERS }, (_, writer) =>
      fixture.call('PATCH', `/v1/events/${id}`, { title: { en: `by ${writer}` } }, { ifMatch }),
    ),
  )
}

describe('changes of one event at once', () => {
  it('let one of those win that have read the same version; the others learn that they are late', async () => {
    const { id } = await fixture.createPublished()
    const statuses = (await patchAll(id, '"v2"')).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: WRITERS - 1 }, () => 412)])
    const { rows } = await sql<{ version: number }>`select version from event`.execute(fixture.service.context.db)
    expect(rows[0]?.version).toBe(3)
    expect((await fixture.announced(id)).map(({ type }) => type)).toEqual([
      'events.event-published.v1',
      'events.event-updated.v1',
    ])
  })

  it('control: without the version all are told that they have won, and all but one are lost', async () => {
    const { id } = await fixture.createPublished()
    const answers = await patchAll(id, '*')
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const kept = (await fixture.call('GET', `/v1/events/${id}`)).body.title.en
    expect(answers.filter(({ body }) => body.title.en !== kept)).toHaveLength(WRITERS - 1)
  })

  it('cancel once, whoever asks, and never publish after it', async () => {
    const { id } = await fixture.createPublished()
    const acts = Array.from({ length: 4 }, (_, index) => [
      fixture.call('POST', `/v1/events/${id}/cancellation`, {}),
      fixture.call('POST', `/v1/events/${id}/publication`),
      fixture.call('PATCH', `/v1/events/${id}`, { title: { en: `title ${index}` } }, { ifMatch: '*' }),
    ])
    await Promise.all(acts.flat())
    const announced = (await fixture.announced(id)).map(({ type }) => type)
    expect(announced.filter((type) => type === 'events.event-cancelled.v1')).toHaveLength(1)
    expect(announced.at(-1)).toBe('events.event-cancelled.v1')
    expect((await fixture.call('GET', `/v1/events/${id}`)).body.status).toBe('cancelled')
  })
})
