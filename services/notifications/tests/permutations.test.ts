import { randomUUID } from 'node:crypto'
import { newUuid, toId, toUuid } from '@guichet/server'
import { eventually, everyDelivery, newOrganizerId, newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConsuming } from '../src/consumers.ts'
import { announceChange } from '../src/events/announce-change.ts'
import { type Fixture, startNotifications } from './fixture.ts'
import { startPeers } from './peers.ts'

let fixture: Fixture
beforeAll(async () => {
  // Only the consumer: jobs that tell and send would change the rows while we look.
  fixture = await startNotifications({ started: false, config: { changeWaitSeconds: 60 } })
  startConsuming(fixture.context, fixture.bus, {})
})
afterAll(() => fixture?.end())

interface Fact {
  id: string
  type: string
  time: string
  data: object
}

async function deliver(facts: readonly Fact[], order: readonly number[]): Promise<void> {
  for (const index of order) await fixture.bus.deliver(facts[index] as Fact)
}

/** I9: messages overtake each other and come twice; what is true afterwards depends on what was said alone. */
describe('what we know and tell of an event is the same in whatever order its messages come, and however often', () => {
  const organizerId = newOrganizerId()
  const day = (n: number) => new Date(fixture.clock.now().getTime() + n * 86_400_000).toISOString()
  const at = '2026-06-01T10:00:00.000Z'
  const HERE = { name: 'Salle Pleyel', city: 'Paris', country: 'FR', online: false }
  const THERE = { ...HERE, name: 'Olympia' }

  async function everyWay(life: [fact: string, more: object][]) {
    const [first, second] = [day(300), day(310)]
    const outcomes = []
    for (const order of everyDelivery(life.map((_, index) => index))) {
      const eventId = toId('evt', newUuid())
      const facts = life.map(([fact, more], index): Fact => {
        const own = { eventId, organizerId, version: index + 1 }
        const title = { en: `Version ${index + 1}` }
        const period = { startsAt: first, endsAt: second, timeZone: 'Europe/Paris' }
        const data = fact === 'deleted' ? own : { ...own, status: 'published', title, venue: HERE, ...period, ...more }
        return { id: randomUUID(), type: `events.event-${fact}.v1`, time: at, data }
      })
      await deliver(facts, order)
      fixture.clock.advance(61)
      while (await announceChange(fixture.context));
      outcomes.push(await outcomeOf(eventId))
    }
    const [expected, ...others] = outcomes
    for (const other of others) expect(other).toEqual(expected)
    return { expected, count: outcomes.length }
  }

  /** All that is written down about one event, without its id. */
  async function outcomeOf(eventId: string) {
    const uuid = toUuid('evt', eventId)
    const [copies, versions, announcements] = await Promise.all([
      fixture.db.selectFrom('event_copy').selectAll().where('id', '=', uuid).execute(),
      fixture.db.selectFrom('event_version').selectAll().where('event_id', '=', uuid).orderBy('version').execute(),
      fixture.db
        .selectFrom('announcement')
        .select(['kind', 'source', 'facts', 'channels'])
        .where('event_id', '=', uuid)
        .orderBy('kind')
        .execute(),
    ])
    return JSON.parse(
      JSON.stringify({ copies, versions, announcements }).replaceAll(eventId, 'EVENT').replaceAll(uuid, 'EVENT'),
    ) as { copies: object[]; versions: object[]; announcements: { kind: string; facts: object }[] }
  }

  it('published, updated, rescheduled: attendees are told once of what changed', async () => {
    const { expected, count } = await everyWay([
      ['published', {}],
      ['updated', { venue: THERE }],
      ['rescheduled', { venue: THERE, startsAt: day(400), endsAt: day(401), previousStartsAt: day(300) }],
    ])
    expect(count).toBe(18)
    expect(expected?.copies).toMatchObject([{ version: 3, status: 'published', told_version: 3, announce_at: null }])
    expect(expected?.announcements).toMatchObject([{ kind: 'event-rescheduled' }])
  })

  it('published, moved to another place: attendees are told of it', async () => {
    const { expected } = await everyWay([
      ['published', {}],
      ['updated', { venue: THERE }],
    ])
    expect(expected?.announcements).toMatchObject([{ kind: 'event-moved' }])
  })

  it('published, updated, rescheduled, cancelled: attendees are told of the end alone', async () => {
    const { expected, count } = await everyWay([
      ['published', {}],
      ['updated', { venue: THERE }],
      ['rescheduled', { venue: THERE, startsAt: day(400), endsAt: day(401), previousStartsAt: day(300) }],
      ['cancelled', { status: 'cancelled', venue: THERE, startsAt: day(400), endsAt: day(401) }],
    ])
    expect(count).toBe(72)
    expect(expected?.copies).toMatchObject([{ version: 4, status: 'cancelled', announce_at: null }])
    expect(expected?.announcements).toMatchObject([{ kind: 'event-cancelled' }])
  })

  it('published, updated, deleted: nobody is told anything', async () => {
    const { expected } = await everyWay([
      ['published', {}],
      ['updated', { venue: THERE }],
      ['deleted', {}],
    ])
    expect(expected?.copies).toMatchObject([{ version: 3, status: 'deleted', announce_at: null }])
    expect(expected?.announcements).toEqual([])
  })
})

describe('what is sent about an order is the same in whatever order its messages come, and however often', () => {
  it('confirmed, a part refunded, refunded, another payment sent back: each is told once', async () => {
    const outcomes = []
    for (const order of everyDelivery([0, 1, 2, 3])) {
      const orderId = toId('ord', newUuid())
      const own = { orderId, eventId: toId('evt', newUuid()), organizerId: newOrganizerId() }
      const refund = () => ({ ...own, refundId: toId('rfd', newUuid()) })
      const facts: Fact[] = [
        ['order-confirmed', own] as const,
        ['order-partially-refunded', refund()] as const,
        ['order-refunded', refund()] as const,
        ['payment-refunded', refund()] as const,
      ].map(([fact, data]) => ({ id: randomUUID(), type: `tickets.${fact}.v1`, time: '2026-06-01T10:00:00Z', data }))
      await deliver(facts, order)
      const rows = await fixture.db
        .selectFrom('delivery')
        .select(['kind', 'channel', 'state', 'priority', 'recipient_address'])
        .where('order_id', '=', toUuid('ord', orderId))
        .orderBy('kind')
        .execute()
      outcomes.push(rows)
    }
    expect(outcomes).toHaveLength(72)
    for (const other of outcomes) expect(other).toEqual(outcomes[0])
    expect(outcomes[0]?.map(({ kind }) => kind)).toEqual([
      'order-confirmation',
      'order-partial-refund',
      'order-refund',
      'payment-refund',
    ])
  })
})

describe('a link asked for and its account erased, in either order', () => {
  it('ends with nothing sent and no address kept', async () => {
    const peers = await startPeers()
    const running = await startNotifications({ peers })
    for (const order of everyDelivery([0, 1])) {
      const userId = newUserId() // accounts knows nobody of this id any more
      const facts: Fact[] = [
        ['email-link-requested', { userId, purpose: 'password-reset', locale: 'en' }] as const,
        ['user-erased', { userId }] as const,
      ].map(([fact, data]) => ({ id: randomUUID(), type: `accounts.${fact}.v1`, time: '2026-06-01T10:00:00Z', data }))
      for (const index of order) await running.bus.deliver(facts[index] as Fact)
      const rows = await eventually(async () => {
        const found = await running.db
          .selectFrom('delivery')
          .select(['kind', 'state', 'recipient_address'])
          .where('user_id', '=', toUuid('usr', userId))
          .execute()
        // Called off, or refused by accounts, which knows nobody of that id: whichever came first.
        return found.every(({ state }) => ['skipped', 'failed'].includes(state)) && found
      })
      expect(rows).toMatchObject([{ kind: 'password-reset', recipient_address: null }])
    }
    await running.end()
    await peers.close()
  })
})
