import { randomUUID } from 'node:crypto'
import { subscribe } from '@guichet/messaging'
import { newUuid, toId, toUuid } from '@guichet/server'
import { everyDelivery, newOrganizerId, newUserId, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTickets, type Tickets } from './fixture.ts'

const bus = testBus()
let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
  // Only the consumer: a job that settles a cancelled event would change its row while we look.
  const { context, handlers } = tickets
  subscribe({ bus, db: context.db, queue: 'tickets', handlers, log: context.log })
})
afterAll(() => tickets?.stop())

interface Fact {
  id: string
  type: string
  time: string
  data: object
}

/** I9: messages overtake each other and come twice; what is true afterwards depends on what was said alone. */
describe('the copy of an event is the same in whatever order its messages come, and however often', () => {
  const organizerId = newOrganizerId()
  const day = (n: number) => `2027-03-${String(n).padStart(2, '0')}T19:00:00.000Z`

  function life(eventId: string, facts: [fact: string, more: object][]): Fact[] {
    return facts.map(([fact, more], index) => {
      const snapshot = {
        status: 'published',
        title: { en: `Version ${index + 1}` },
        startsAt: day(1),
        endsAt: day(2),
        timeZone: 'Europe/Paris',
        venue: { name: 'Salle Pleyel', online: false },
      }
      const own = { eventId, organizerId, version: index + 1 }
      const data = fact === 'deleted' ? own : { ...own, ...snapshot, ...more }
      return { id: randomUUID(), type: `events.event-${fact}.v1`, time: day(index + 1), data }
    })
  }
  const tableAfter = async (deliveries: Fact[], eventId: string) => {
    for (const message of deliveries) await bus.deliver({ ...message, subject: eventId })
    const { event_id: _, ...row } = await tickets.context.db
      .selectFrom('event')
      .selectAll()
      .where('event_id', '=', toUuid('evt', eventId))
      .executeTakeFirstOrThrow()
    return row
  }
  async function everyWay(facts: [fact: string, more: object][]) {
    const rows = []
    for (const order of everyDelivery(facts.map((_, index) => index))) {
      const eventId = toId('evt', newUuid())
      const messages = life(eventId, facts)
      rows.push(
        await tableAfter(
          order.map((index) => messages[index] as Fact),
          eventId,
        ),
      )
    }
    const [first, ...others] = rows
    for (const other of others) expect(other).toEqual(first)
    return { first, count: rows.length }
  }

  it('published, updated, rescheduled, cancelled: it is cancelled, as last described, and its orders are settled', async () => {
    const { first, count } = await everyWay([
      ['published', {}],
      ['updated', { venue: { name: 'Olympia', online: false } }],
      ['rescheduled', { startsAt: day(8), endsAt: day(9), previousStartsAt: day(1) }],
      ['cancelled', { status: 'cancelled', startsAt: day(8), endsAt: day(9) }],
    ])
    expect(count).toBe(72)
    expect(first).toMatchObject({ version: 4, status: 'cancelled', settling: true, title: { en: 'Version 4' } })
  })

  it('published, updated, deleted: it is gone', async () => {
    const { first } = await everyWay([
      ['published', {}],
      ['updated', {}],
      ['deleted', {}],
    ])
    expect(first).toMatchObject({ version: 3, status: 'deleted', settling: false })
  })

  it('published, cancelled, deleted: it is gone, and nothing of it is left to settle', async () => {
    const { first } = await everyWay([
      ['published', {}],
      ['cancelled', { status: 'cancelled' }],
      ['deleted', {}],
    ])
    expect(first).toMatchObject({ version: 3, status: 'deleted', settling: false })
  })
})

describe('the cut-off of a user’s tokens is the latest one in whatever order they come', () => {
  it('roles changed and sessions revoked', async () => {
    const times = ['2027-01-01T00:00:00.000Z', '2027-01-03T00:00:00.000Z', '2027-01-02T00:00:00.000Z']
    for (const order of everyDelivery([0, 1, 2])) {
      const userId = newUserId()
      const [changed, revoked, revokedAgain] = times
      const data = [
        { userId, organizerId: toId('org', newUuid()), role: null, changedAt: changed },
        { userId, issuedBefore: revoked },
        { userId, issuedBefore: revokedAgain },
      ]
      const messages = data.map((each, index) => ({
        id: randomUUID(),
        type: index === 0 ? 'accounts.membership-changed.v1' : 'accounts.sessions-revoked.v1',
        data: each,
      }))
      for (const index of order) await bus.deliver(messages[index] as (typeof messages)[0])
      const cutoff = await tickets.context.db
        .selectFrom('token_cutoff')
        .select('issued_before')
        .where('user_id', '=', toUuid('usr', userId))
        .executeTakeFirstOrThrow()
      expect(cutoff.issued_before).toEqual(new Date(times[1] ?? ''))
    }
  })
})
