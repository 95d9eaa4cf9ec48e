import { parseId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announceChange } from '../src/events/announce-change.ts'
import { type EventFacts, eventFacts, eventMessages, period } from './event-facts.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

const uuidOf = (facts: EventFacts) => parseId('evt', facts.eventId) ?? ''
const ELSEWHERE = { name: 'Salle Pleyel', address: '252 rue du Faubourg', city: 'Paris', country: 'FR', online: false }

const announcementsOf = (fixture: Fixture, facts: EventFacts) =>
  fixture.db
    .selectFrom('announcement')
    .select(['kind', 'source', 'facts'])
    .where('event_id', '=', uuidOf(facts))
    .orderBy('kind')
    .orderBy('source')
    .execute()

const copyOf = (fixture: Fixture, facts: EventFacts) =>
  fixture.db
    .selectFrom('event_copy')
    .select(['version', 'status', 'starts_at', 'venue', 'title', 'told_version', 'announce_at'])
    .where('id', '=', uuidOf(facts))
    .executeTakeFirst()

describe('what we know of events, and which changes are told', () => {
  let fixture: Fixture
  let messages: ReturnType<typeof eventMessages>
  beforeAll(async () => {
    // Nothing runs by itself: the test says when a change is announced.
    fixture = await startNotifications({ started: false, config: { changeWaitSeconds: 180 } })
    const { startConsuming } = await import('../src/consumers.ts')
    startConsuming(fixture.context, fixture.bus, {})
    messages = eventMessages(fixture)
  })
  afterAll(() => fixture?.end())

  const announceAll = async () => {
    while (await announceChange(fixture.context));
  }

  it('a burst of changes is one announcement, of what was told before and what is true in the end', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    const later = { ...first, version: 2, ...period(fixture, 300) }
    await messages.rescheduled({ ...later, previousStartsAt: first.startsAt })
    fixture.clock.advance(60)
    await messages.updated({ ...later, version: 3, venue: ELSEWHERE })
    fixture.clock.advance(60)
    const last = { ...later, version: 4, venue: ELSEWHERE, ...period(fixture, 320) }
    await messages.rescheduled({ ...last, previousStartsAt: later.startsAt })
    await announceAll()
    expect(await announcementsOf(fixture, first)).toEqual([])
    fixture.clock.advance(60)
    await announceAll()
    expect(await announcementsOf(fixture, first)).toMatchObject([
      {
        kind: 'event-rescheduled',
        source: `${first.eventId} v4`,
        facts: {
          startsAt: last.startsAt,
          venue: ELSEWHERE,
          previousStartsAt: first.startsAt,
          previous: { startsAt: first.startsAt, venue: first.venue },
        },
      },
    ])
  })

  it('a change that is taken back is told to those alone who bought while it stood', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    fixture.clock.advance(600)
    const mistake = { ...first, version: 2, ...period(fixture, 500) }
    const from = fixture.clock.now().toISOString()
    await messages.rescheduled({ ...mistake, previousStartsAt: first.startsAt })
    fixture.clock.advance(30)
    await messages.updated({ ...mistake, version: 3, title: { en: 'A Night', fr: 'Une nuit' } })
    fixture.clock.advance(60)
    const until = fixture.clock.now().getTime()
    await messages.rescheduled({ ...first, version: 4, previousStartsAt: mistake.startsAt })
    fixture.clock.advance(181)
    await announceAll()
    expect(await announcementsOf(fixture, first)).toMatchObject([
      {
        kind: 'event-rescheduled',
        source: `${first.eventId} v4 after v2`,
        facts: {
          startsAt: first.startsAt,
          previousStartsAt: mistake.startsAt,
          boughtFrom: from,
          boughtBefore: new Date(until + 60_000).toISOString(),
        },
      },
    ])
  })

  it('who bought while yet another place stood is told of the place, though to the others only the time is new', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    fixture.clock.advance(600)
    await messages.updated({ ...first, version: 2, venue: ELSEWHERE })
    fixture.clock.advance(60)
    const later = { ...first, version: 3, ...period(fixture, 500) }
    await messages.rescheduled({ ...later, previousStartsAt: first.startsAt })
    fixture.clock.advance(181)
    await announceAll()
    const told = await announcementsOf(fixture, first)
    expect(told.map(({ source }) => source).sort()).toEqual([`${first.eventId} v3`, `${first.eventId} v3 after v2`])
    expect(told.find(({ source }) => source.endsWith('v3'))?.facts.previous?.venue).toBeUndefined()
    expect(told.find(({ source }) => source.endsWith('v2'))?.facts.previous?.venue).toEqual(ELSEWHERE)
  })

  it('a change that is taken back at once is told to nobody', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    const mistake = { ...first, version: 2, ...period(fixture, 500) }
    await messages.rescheduled({ ...mistake, previousStartsAt: first.startsAt })
    await messages.rescheduled({ ...first, version: 3, previousStartsAt: mistake.startsAt })
    fixture.clock.advance(181)
    await announceAll()
    expect(await announcementsOf(fixture, first)).toEqual([])
    expect(await copyOf(fixture, first)).toMatchObject({ version: 3, told_version: 3, announce_at: null })
  })

  it('another venue alone is told as that; another title, or a comma more in the address, is not', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    await messages.updated({ ...first, version: 2, title: { en: 'A Night', fr: 'Une nuit' } })
    await messages.updated({ ...first, version: 3, venue: { ...first.venue, address: '8, rue SCRIBE' } })
    fixture.clock.advance(181)
    await announceAll()
    expect(await announcementsOf(fixture, first)).toEqual([])
    await messages.updated({ ...first, version: 4, venue: ELSEWHERE })
    fixture.clock.advance(181)
    await announceAll()
    const [announcement] = await announcementsOf(fixture, first)
    expect(announcement).toMatchObject({ kind: 'event-moved', facts: { venue: ELSEWHERE } })
    expect(announcement?.facts.previous).toEqual({ venue: { ...first.venue, address: '8, rue SCRIBE' } })
  })

  it('a second change, after the first was told, says what the first said as what was', async () => {
    const first = eventFacts(fixture)
    const second = { ...first, version: 2, ...period(fixture, 400) }
    const third = { ...first, version: 3, ...period(fixture, 420) }
    await messages.published(first)
    await messages.rescheduled({ ...second, previousStartsAt: first.startsAt })
    fixture.clock.advance(181)
    await announceAll()
    await messages.rescheduled({ ...third, previousStartsAt: second.startsAt })
    fixture.clock.advance(181)
    await announceAll()
    const previous = (await announcementsOf(fixture, first)).map(({ facts }) => facts.previousStartsAt)
    expect(previous).toEqual([first.startsAt, second.startsAt])
  })

  it('a new date of an event that was published before we kept copies is told, from what its message says', async () => {
    const facts = { ...eventFacts(fixture), version: 9 }
    const previousStartsAt = fixture.clock.now().toISOString()
    await messages.rescheduled({ ...facts, previousStartsAt })
    fixture.clock.advance(181)
    await announceAll()
    expect(await announcementsOf(fixture, facts)).toMatchObject([{ facts: { previousStartsAt } }])
  })

  it('a cancellation is told at once, and the change that waited is not told any more', async () => {
    const first = eventFacts(fixture)
    await messages.published(first)
    const moved = { ...first, version: 2, ...period(fixture, 400) }
    await messages.rescheduled({ ...moved, previousStartsAt: first.startsAt })
    await messages.cancelled({ ...moved, version: 3 })
    fixture.clock.advance(181)
    await announceAll()
    expect((await announcementsOf(fixture, first)).map(({ kind }) => kind)).toEqual(['event-cancelled'])
  })

  it('in whatever order the messages come, and however often, the same is known and told', async () => {
    const states = new Set<string>()
    for (const order of permutations([0, 1, 2, 3])) {
      const first = eventFacts(fixture)
      const second = { ...first, version: 2, venue: ELSEWHERE }
      const third = { ...second, version: 3, ...period(fixture, 400) }
      const fourth = { ...third, version: 4, title: { en: 'Renamed', fr: 'Renommé' } }
      const tell = [
        () => messages.published(first),
        () => messages.updated(second),
        () => messages.rescheduled({ ...third, previousStartsAt: second.startsAt }),
        () => messages.updated(fourth),
      ]
      for (const index of [...order, ...order]) await tell[index]?.()
      fixture.clock.advance(181)
      await announceAll()
      const { starts_at, announce_at, ...copy } = (await copyOf(fixture, first)) ?? {}
      expect(starts_at?.toISOString()).toBe(third.startsAt)
      expect(announce_at).toBeNull()
      const told = (await announcementsOf(fixture, first)).map(({ kind, facts }) => ({
        kind,
        fromFirst: facts.previousStartsAt === first.startsAt,
        fromVenue: facts.previous?.venue,
        title: facts.title,
      }))
      states.add(JSON.stringify({ copy, told }))
    }
    expect([...states].map((state) => JSON.parse(state))).toEqual([
      {
        copy: {
          version: 4,
          status: 'published',
          title: { en: 'Renamed', fr: 'Renommé' },
          venue: ELSEWHERE,
          told_version: 4,
        },
        told: [
          {
            kind: 'event-rescheduled',
            fromFirst: true,
            fromVenue: expect.objectContaining({ name: 'Opéra Garnier' }),
            title: { en: 'Renamed', fr: 'Renommé' },
          },
        ],
      },
    ])
  })

  it.each([
    ['cancelled', 'cancelled'],
    ['deleted', 'deleted'],
  ] as const)('a %s event stays so, whatever comes after or came before', async (ending, status) => {
    for (const order of permutations([0, 1, 2])) {
      const first = eventFacts(fixture)
      const moved = { ...first, version: 2, ...period(fixture, 400) }
      const tell = [
        () => messages.published(first),
        () => messages.rescheduled({ ...moved, previousStartsAt: first.startsAt }),
        () => messages[ending]({ ...moved, version: 3 }),
      ]
      for (const index of order) await tell[index]?.()
      expect(await copyOf(fixture, first)).toMatchObject({ status, version: 3, announce_at: null })
      fixture.clock.advance(181)
      await announceAll()
      const kinds = (await announcementsOf(fixture, first)).map(({ kind }) => kind)
      expect(kinds).toEqual(ending === 'cancelled' ? ['event-cancelled'] : [])
    }
  })
})

describe('who is told of a change', () => {
  let inbox: Inbox
  let peers: Peers
  let fixture: Fixture
  let messages: ReturnType<typeof eventMessages>
  beforeAll(async () => {
    ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
    messages = eventMessages(fixture)
  })
  afterAll(async () => {
    await fixture?.end()
    await peers?.close()
    await inbox?.remove()
  })

  const settled = (facts: EventFacts, count: number) =>
    eventually(async () => {
      const rows = (await fixture.deliveries()).filter((row) => row.event_id === uuidOf(facts))
      return rows.length === count && rows.every((row) => ['sent', 'skipped'].includes(row.state)) && rows
    })

  /** An order of an event, as tickets has it. */
  const orderOf = (facts: EventFacts, changes: Record<string, unknown> = {}) =>
    knownOrder(peers, {
      eventId: facts.eventId,
      organizerId: facts.organizerId,
      createdAt: new Date(fixture.clock.now().getTime() - 86_400_000).toISOString(),
      locale: 'en',
      ...changes,
    })

  /** What changes within the next ten minutes is told when the last of it is known. */
  const asOneBurst = async (facts: EventFacts) => {
    const later = { announce_at: new Date(fixture.clock.now().getTime() + 600_000) }
    await fixture.db.updateTable('event_copy').set(later).where('id', '=', uuidOf(facts)).execute()
  }

  it('those with valid tickets who bought before it; with what was and what is', async () => {
    const facts = eventFacts(fixture)
    await messages.published(facts)
    const concerned = orderOf(facts)
    const refunded = orderOf(facts, { state: 'refunded' })
    const voided = orderOf(facts, { tickets: concerned.tickets.map((ticket) => ({ ...ticket, state: 'void' })) })
    const later = orderOf(facts, { createdAt: new Date(fixture.clock.now().getTime() + 3_600_000).toISOString() })
    const moved = { ...facts, version: 2, venue: ELSEWHERE }
    await messages.updated(moved)
    await settled(facts, 4)
    const [mail] = await inbox.messages(concerned.buyer?.email ?? '')
    expect(mail?.text).toContain('Opéra Garnier')
    expect(mail?.text).toContain('Salle Pleyel')
    expect(mail?.attachments.map(({ name }) => name)).toContainEqual(expect.stringMatching(/\.ics$/))
    for (const order of [refunded, voided, later]) expect(await inbox.messages(order.buyer?.email ?? '')).toEqual([])
  })

  it('of one that was taken back, those alone who bought while it stood, whenever they had begun to', async () => {
    const facts = eventFacts(fixture)
    await messages.published(facts)
    const at = (seconds: number) => new Date(fixture.clock.now().getTime() + seconds * 1_000).toISOString()
    const before = orderOf(facts, { confirmedAt: at(60) })
    fixture.clock.advance(600)
    const mistake = { ...facts, version: 2, ...period(fixture, 500) }
    await asOneBurst(facts)
    await messages.rescheduled({ ...mistake, previousStartsAt: facts.startsAt })
    const meanwhile = orderOf(facts, { confirmedAt: at(60) })
    fixture.clock.advance(300)
    const later = orderOf(facts, { confirmedAt: at(300) })
    await messages.rescheduled({ ...facts, version: 3, previousStartsAt: mistake.startsAt })
    fixture.clock.advance(300)
    const [row] = await settled(facts, 1)
    expect(row).toMatchObject({ kind: 'event-rescheduled', state: 'sent', order_id: parseId('ord', meanwhile.id) })
    expect(await inbox.messages(meanwhile.buyer?.email ?? '')).toHaveLength(1)
    for (const order of [before, later]) expect(await inbox.messages(order.buyer?.email ?? '')).toEqual([])
  })

  it('once each, when to those who bought meanwhile something else is new than to the others', async () => {
    const facts = eventFacts(fixture)
    await messages.published(facts)
    const at = (seconds: number) => new Date(fixture.clock.now().getTime() + seconds * 1_000).toISOString()
    const before = orderOf(facts, { confirmedAt: at(60) })
    fixture.clock.advance(600)
    await asOneBurst(facts)
    const mistake = { ...facts, version: 2, ...period(fixture, 500) }
    await messages.rescheduled({ ...mistake, previousStartsAt: facts.startsAt })
    const meanwhile = orderOf(facts, { confirmedAt: at(60) })
    fixture.clock.advance(300)
    await messages.rescheduled({ ...facts, version: 3, venue: ELSEWHERE, previousStartsAt: mistake.startsAt })
    fixture.clock.advance(300)
    await settled(facts, 3)
    const told = async (order: typeof before) =>
      (await inbox.messages(order.buyer?.email ?? '')).map(({ subject, text }) => [subject, text.includes('Pleyel')])
    expect(await told(before)).toEqual([[expect.stringMatching(/^New venue/), true]])
    expect(await told(meanwhile)).toEqual([[expect.stringMatching(/^New date/), true]])
  })

  it('nobody when the event is gone, of which nobody can have bought then', async () => {
    const facts = eventFacts(fixture)
    await messages.published(facts)
    const mistake = { ...facts, version: 2, ...period(fixture, 500) }
    await asOneBurst(facts)
    await messages.rescheduled({ ...mistake, previousStartsAt: facts.startsAt })
    fixture.clock.advance(300)
    await messages.rescheduled({ ...facts, version: 3, previousStartsAt: mistake.startsAt })
    fixture.clock.advance(300)
    // Tickets knows no such event, and says so.
    await eventually(async () => {
      const told = fixture.db.selectFrom('announcement').select('done_at').where('event_id', '=', uuidOf(facts))
      return (await told.executeTakeFirst())?.done_at
    })
    expect((await fixture.deliveries()).filter((row) => row.event_id === uuidOf(facts))).toEqual([])
  })

  it('not those to whom a newer change will be told', async () => {
    const facts = eventFacts(fixture)
    await messages.published(facts)
    const order = orderOf(facts)
    let changes = 1
    // While the orders of the first change are asked for, the event changes once more.
    peers.answer = (path) => {
      if (path === `/v1/orders/${order.id}` && changes === 1) {
        changes = 2
        return 503
      }
      return 200
    }
    const second = { ...facts, version: 2, ...period(fixture, 300) }
    await messages.rescheduled({ ...second, previousStartsAt: facts.startsAt })
    // Once we know it: a pause that began after the clock was moved would last as long as it stands.
    await eventually(() => changes === 2 && fixture.context.outages.present().includes('tickets'))
    const third = { ...facts, version: 3, ...period(fixture, 310) }
    await messages.rescheduled({ ...third, previousStartsAt: second.startsAt })
    fixture.clock.advance(30)
    const rows = await settled(facts, 2)
    expect(rows.map((row) => row.state).sort()).toEqual(['sent', 'skipped'])
    expect(await inbox.messages(order.buyer?.email ?? '')).toHaveLength(1)
  })
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}
