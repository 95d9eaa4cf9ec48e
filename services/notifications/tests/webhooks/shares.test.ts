import { newUuid } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimWebhooks } from '../../src/webhooks/claim.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'

const PLACES = 64

let fixture: WebhookFixture
beforeAll(async () => {
  // Nothing is sent here.
  fixture = await startWithWebhooks({ started: false })
})
afterAll(() => fixture?.end())
beforeEach(async () => {
  await fixture.db.deleteFrom('webhook_endpoint').execute()
})

/** An organizer with so many endpoints, for each of which so many webhooks are due. */
async function organizer(endpoints: number, due: number): Promise<string> {
  const organizer_id = newUuid()
  const now = fixture.clock.now()
  const events = Array.from({ length: due }, () => newUuid())
  const event = { organizer_id, type: 'order.confirmed', occurred_at: now, data: '{}', test: false, created_at: now }
  await fixture.db
    .insertInto('public_event')
    .values(events.map((id) => ({ ...event, id, stream_due_at: null })))
    .execute()
  for (let count = 0; count < endpoints; count++) {
    const endpoint_id = newUuid()
    await fixture.db
      .insertInto('webhook_endpoint')
      .values({
        ...{ id: endpoint_id, organizer_id, url: 'https://slow.example', description: '', types: null },
        ...{ secrets: Buffer.alloc(1), enabled: true, disabled_reason: null, disabled_at: null, failing_since: null },
        created_at: now,
      })
      .execute()
    const rows = events.map((event_id) => ({
      ...{ id: newUuid(), endpoint_id, event_id, state: 'pending' as const, first_attempt_at: null },
      ...{ next_attempt_at: now, lease: null, delivered_at: null, last_outcome: null, last_status: null },
      created_at: now,
    }))
    await fixture.db.insertInto('webhook_delivery').values(rows).execute()
  }
  return organizer_id
}

/** A process whose requests are never answered, until one `ends`. */
function slowProcess() {
  const underWay = new Map<string, number>()
  const of = new Map<string, string[]>()
  const running = () => [...underWay.values()].reduce((sum, count) => sum + count, 0)
  return {
    of: (organizerId: string) => of.get(organizerId)?.length ?? 0,
    running,
    async round() {
      const options = { now: fixture.clock.now(), failing: false, perEndpoint: 4, underWay }
      for (const { endpoint } of await claimWebhooks(fixture.db, { ...options, limit: PLACES - running() })) {
        underWay.set(endpoint.id, (underWay.get(endpoint.id) ?? 0) + 1)
        of.set(endpoint.organizer_id, [...(of.get(endpoint.organizer_id) ?? []), endpoint.id])
      }
    },
    ends(organizerId: string) {
      const id = of.get(organizerId)?.pop() ?? ''
      underWay.set(id, (underWay.get(id) ?? 1) - 1)
    },
  }
}

describe('the places for webhooks', () => {
  it('are not all taken by one organizer, whatever the number of endpoints', async () => {
    const one = await organizer(20, 5)
    const process = slowProcess()
    await process.round()
    await process.round()
    expect(process.of(one)).toBe((PLACES / 4) * 3)
  })

  it('are shared alike by who comes at once', async () => {
    const [one, other] = [await organizer(20, 5), await organizer(20, 5)]
    const process = slowProcess()
    await process.round()
    expect([process.of(one), process.of(other)]).toEqual([PLACES / 2, PLACES / 2])
  })

  it('are not all taken by two whose endpoints are slow: a third has its webhook before any has answered', async () => {
    const slow = await organizer(20, 5)
    const process = slowProcess()
    await process.round()
    const alsoSlow = await organizer(20, 5)
    await process.round()
    expect(process.of(slow) + process.of(alsoSlow)).toBeLessThan(PLACES)
    const third = await organizer(1, 1)
    await process.round()
    expect(process.of(third)).toBe(1)
  })

  it('go to who has fewest when all are taken and one is free again', async () => {
    const slow = await Promise.all([organizer(20, 5), organizer(20, 5)])
    const process = slowProcess()
    await process.round()
    const third = await organizer(2, 1)
    await process.round()
    expect([process.running(), process.of(third)]).toEqual([PLACES, 0])
    process.ends(slow[0])
    await process.round()
    expect(process.of(third)).toBe(1)
  })
})
