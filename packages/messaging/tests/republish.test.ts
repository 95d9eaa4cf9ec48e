import { type Db, inTransaction, sql } from '@guichet/database'
import { eventually, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addToOutbox, type Bus, type Message, requestRepublish, startRelay } from '../src/messaging.ts'
import { relayOnce } from '../src/relay-pass.ts'
import { parseSince } from '../src/republish-command.ts'
import { serviceDatabase, silent, type TestSchema } from './fixture.ts'

let database: Awaited<ReturnType<typeof serviceDatabase>>
let db: Db<TestSchema>

beforeAll(async () => {
  database = await serviceDatabase()
  db = database.db
})
beforeEach(() => sql`truncate outbox, outbox_republish`.execute(db))
afterAll(() => database?.stop())

const options = (bus: Bus) => ({ db, bus, log: silent, source: 'test', settleMs: 0, batchSize: 4 })

/** Facts that were published so many hours ago; returns their ids. */
async function published(count: number, hoursAgo: number): Promise<string[]> {
  const facts = Array.from({ length: count }, (_, n) => ({
    type: 'test.happened.v1',
    subject: `tst_${n}`,
    data: { n },
  }))
  const ids = await inTransaction(db, (tx) => addToOutbox(tx, facts))
  await sql`update outbox set published_at = now() - ${hoursAgo} * interval '1 hour' where message_id = any(${ids})`.execute(
    db,
  )
  return ids
}
const announce = (subject: string) =>
  inTransaction(db, (tx) => addToOutbox(tx, { type: 'test.happened.v1', subject, data: {} }))
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
const open = async () => (await sql`select from outbox_republish where finished_at is null`.execute(db)).rows.length

describe('sending again', () => {
  it('sends what was published since, oldest first, and before anything new', async () => {
    await published(3, 30)
    const lost = await published(10, 5)
    const [fresh] = await announce('tst_new')
    expect(await requestRepublish(db, 'lost', hoursAgo(24))).toBe(10)
    const bus = testBus()
    while ((await relayOnce(options(bus))) > 0);
    expect(bus.published.map(({ id }) => id)).toEqual([...lost, fresh])
    expect(await open()).toBe(0)
  })

  it('goes on where it was when the broker goes away in the middle', async () => {
    const lost = await published(10, 1)
    await requestRepublish(db, 'lost', hoursAgo(24))
    const bus = testBus()
    let pages = 0
    const failing = {
      ...bus,
      publish: (messages: readonly Message[]) => {
        bus.answer = ++pages === 2 ? 'failed' : 'published'
        return bus.publish(messages)
      },
    }
    expect(await relayOnce(options(failing))).toBe(4)
    expect(await open()).toBe(1)
    await relayOnce(options(failing))
    expect(bus.published.map(({ id }) => id)).toEqual(lost)
    expect(await open()).toBe(0)
  })

  it('leaves what no queue wants any more to the outbox, which tries again', async () => {
    await published(2, 1)
    await requestRepublish(db, 'lost', hoursAgo(24))
    const bus = testBus()
    bus.answer = 'unroutable'
    await relayOnce(options(bus))
    expect(await open()).toBe(0)
    bus.answer = 'published'
    await sql`update outbox set next_attempt_at = now()`.execute(db)
    await relayOnce(options(bus))
    expect(bus.published).toHaveLength(2)
  })

  it('is one request, begun anew, when it is asked for twice; none when nothing was published', async () => {
    expect(await requestRepublish(db, 'lost', hoursAgo(24))).toBe(0)
    expect(await open()).toBe(0)
    await published(10, 1)
    await requestRepublish(db, 'lost', hoursAgo(24))
    await sql`update outbox_republish set after_id = last_id`.execute(db)
    await requestRepublish(db, 'lost', hoursAgo(2))
    const { rows } = await sql`select after_id from outbox_republish where finished_at is null`.execute(db)
    expect(rows).toEqual([{ after_id: 0 }])
  })

  it('is asked for by the relay when the broker does not know it, before the broker is told', async () => {
    const lost = await published(3, 1)
    const bus = testBus()
    const deeds: string[] = []
    const memory = {
      republishHours: 24,
      session: () => 1,
      holds: async () => false,
      keep: async (publisher: string) => {
        deeds.push(`keep ${publisher}, ${await open()} open`)
      },
    }
    const relay = startRelay({ ...options({ ...bus, memory }), pollMs: 5 })
    await eventually(() => bus.published.length === 3)
    await relay.stop()
    expect(deeds).toEqual(['keep test, 1 open'])
    expect(bus.published.map(({ id }) => id)).toEqual(lost)
  })
})

describe('a time since when', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')
  it.each([
    ['90m', '2026-11-23T10:30:00.000Z'],
    ['36h', '2026-11-22T00:00:00.000Z'],
    ['7d', '2026-11-16T12:00:00.000Z'],
    ['2026-11-23T08:00:00Z', '2026-11-23T08:00:00.000Z'],
  ])('%s is %s', (text, since) => expect(parseSince(text, now)?.toISOString()).toBe(since))
  it.each(['', '8d', 'yesterday', '-2h', '2026-11-23T13:00:00Z', '2h; drop table'])('"%s" is none', (text) =>
    expect(parseSince(text, now)).toBeUndefined(),
  )
})
