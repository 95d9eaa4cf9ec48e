import { type Db, inTransaction, sql } from '@guichet/database'
import { eventually, testBus } from '@guichet/testkit'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addToOutbox, type Bus, type Message, startRelay } from '../src/messaging.ts'
import { purgeOutbox } from '../src/outbox-rows.ts'
import { relayOnce } from '../src/relay-pass.ts'
import { serviceDatabase, silent, type TestSchema, unpublished } from './fixture.ts'

let database: Awaited<ReturnType<typeof serviceDatabase>>
let db: Db<TestSchema>

beforeAll(async () => {
  database = await serviceDatabase()
  db = database.db
})
beforeEach(() => sql`truncate outbox`.execute(db))
afterAll(() => database?.stop())

const announce = (subject = 'tst_1', traceparent?: string) =>
  inTransaction(db, (tx) => addToOutbox(tx, { type: 'test.happened.v1', subject, data: { n: 1 }, traceparent }))
const options = (bus: Bus) => ({ db, bus, log: silent, source: 'test' })

describe('the outbox', () => {
  it('cannot be written outside a transaction', async () => {
    // @ts-expect-error a Db is not a Tx: what is announced must commit or fall with the change it tells of
    const outside = () => addToOutbox(db, { type: 'test.happened.v1', subject: 'tst_1', data: {} })
    expect(outside).toBeTypeOf('function')
  })

  it('becomes a CloudEvents 1.0 message with the id that was returned', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const [id] = await announce('tst_9', traceparent)
    const bus = testBus()
    expect(await relayOnce(options(bus))).toBe(1)
    expect(bus.published).toEqual([
      {
        specversion: '1.0',
        id,
        source: 'test',
        type: 'test.happened.v1',
        subject: 'tst_9',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        datacontenttype: 'application/json',
        traceparent,
        data: { n: 1 },
      },
    ])
  })
})

describe('what is published is forgotten after seven days', () => {
  const add = (subject: string, count: number, publishedDaysAgo: number | null) =>
    sql`
    insert into outbox (message_id, type, subject, data, created_at, published_at, last_error)
    select gen_random_uuid(), 'test.happened.v1', ${subject}, '{}', now() - interval '30 days',
           now() - ${publishedDaysAgo}::int * interval '1 day', case when ${publishedDaysAgo}::int is null then 'nobody' end
      from generate_series(1, ${count}::int)`.execute(db)

  it('also behind more that nobody wants than a page holds, which stays', async () => {
    await add('waits', 10_001, null)
    await add('old', 5_001, 8)
    await add('young', 3, 6)
    await purgeOutbox(db)
    const { rows } = await sql<{ subject: string; count: number }>`
      select subject, count(*)::int as count from outbox group by subject order by subject`.execute(db)
    expect(rows).toEqual([
      { subject: 'waits', count: 10_001 },
      { subject: 'young', count: 3 },
    ])
  })
})

describe('the relay', () => {
  /** Two rounds that both publish, if both may, before either marks. Returns what went over the wire. */
  async function race(lockKeys: [number, number]): Promise<string[]> {
    const wire: string[] = []
    const bothHere = Promise.withResolvers<void>()
    let here = 0
    const arrive = () => {
      here++
      if (here === 2) bothHere.resolve()
    }
    const bus = {
      ...testBus(),
      async publish(messages: readonly Message[]) {
        wire.push(...messages.map(({ id }) => id))
        arrive()
        await bothHere.promise
        return messages.map(() => 'published' as const)
      },
    }
    // A round that found the lock taken is over at once, and counts as having arrived.
    await Promise.all(lockKeys.map((key) => relayOnce(options(bus), key).then((sent) => sent === 0 && arrive())))
    return wire
  }

  it('does not send a row twice when two rounds run at the same moment', async () => {
    const [id] = await announce()
    expect(await race([1, 1])).toEqual([id])
  })

  it('does not send a row twice that is under way when earlier ones are committed late', async () => {
    const late = Promise.withResolvers<void>()
    const [taken, confirmed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const committed = inTransaction(db, async (tx) => {
      const fact = { type: 'test.happened.v1', subject: 'tst_late', data: {} }
      await addToOutbox(tx, [fact, fact, fact])
      taken.resolve()
      await late.promise
    })
    await taken.promise
    await announce('tst_early')
    const bus = testBus()
    const sent: string[] = []
    const slow: Bus = {
      ...bus,
      async publish(messages) {
        const isFirst = sent.length === 0
        sent.push(...messages.map(({ id }) => id))
        if (isFirst) await confirmed.promise
        else if (sent.length > 4) confirmed.resolve()
        return messages.map(() => 'published')
      },
    }
    const waitForMore = async () => {
      const isLast = sent.length === 4
      late.resolve()
      await committed
      if (isLast) confirmed.resolve()
      return !isLast
    }
    await relayOnce({ ...options(slow), batchSize: 3, waitForMore })
    expect(sent).toHaveLength(4)
    expect(new Set(sent).size).toBe(4)
  })

  it('would send it twice without the lock (control)', async () => {
    const [id] = await announce()
    expect(await race([2, 3])).toEqual([id, id])
  })

  it('holds back the later facts of a subject that the broker refused, not those of others', async () => {
    const [first] = await announce('tst_a')
    const bus = testBus()
    bus.answer = 'failed'
    expect(await relayOnce(options(bus))).toBe(0)
    bus.answer = 'published'
    // It is due again after half a second, which may be over before the next look.
    await sql`update outbox set next_attempt_at = now() + interval '1 hour'`.execute(db)
    await announce('tst_a')
    const [other] = await announce('tst_b')
    await relayOnce(options(bus))
    expect(bus.published.map(({ id }) => id)).toEqual([other])
    await sql`update outbox set next_attempt_at = now()`.execute(db)
    await relayOnce(options(bus))
    expect(bus.published.map(({ subject }) => subject)).toEqual(['tst_b', 'tst_a', 'tst_a'])
    expect(bus.published[1]?.id).toBe(first)
  })

  it('waits longer after each refusal, and no row longer than 30 s', async () => {
    await announce()
    const bus = testBus()
    bus.answer = 'unroutable'
    // From just before and from just after it was put off: the true wait lies between, however slow the machine is.
    const waits: { most: number; least: number }[] = []
    for (let round = 0; round < 12; round++) {
      await sql`update outbox set next_attempt_at = now() - interval '1 second'`.execute(db)
      const before = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(db)
      await relayOnce(options(bus))
      const { rows } = await sql<{ most: number; least: number }>`
        select extract(epoch from next_attempt_at - ${before.rows[0]?.now}::timestamptz)::float8 as most,
               extract(epoch from next_attempt_at - clock_timestamp())::float8 as least
          from outbox`.execute(db)
      waits.push(...rows)
    }
    for (let round = 1; round < 6; round++) {
      expect(waits[round]?.most, `round ${round}`).toBeGreaterThan(1.5 * (waits[round - 1]?.least ?? 0))
    }
    expect(Math.max(...waits.map(({ least }) => least))).toBeLessThanOrEqual(30)
    expect(waits.at(-1)?.most).toBeGreaterThan(25)
  })

  it('sends what was put off and what is new in the order of their making, page by page', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push(...(await announce(`tst_${n}`)))
    await sql`update outbox set last_error = 'no queue is bound to this type' where id % 2 = 0`.execute(db)
    const bus = testBus()
    expect(await relayOnce({ ...options(bus), batchSize: 2 })).toBe(5)
    expect(bus.published.map(({ id }) => id)).toEqual(ids)
  })

  it('sends soon after the commit, without being told', async () => {
    const bus = testBus()
    const relay = startRelay({ ...options(bus), pollMs: 60_000 })
    for (let n = 1; n <= 3; n++) {
      await announce()
      await eventually(() => bus.published.length === n)
    }
    await relay.stop()
    expect(await unpublished(db)).toBe(0)
  })

  it('shows in the metrics what waits, for how long, and what became of the rest', async () => {
    await announce()
    await sql`update outbox set created_at = now() - interval '90 seconds'`.execute(db)
    const bus = { ...testBus(), isUp: false }
    bus.ready = () => bus.isUp
    const metrics = new Registry()
    const relay = startRelay({ ...options(bus), pollMs: 5, metrics })
    const read = async (name: string) =>
      Number(new RegExp(`^guichet_${name} (.+)$`, 'm').exec(await metrics.metrics())?.[1])
    expect(await read('outbox_waiting')).toBe(1)
    expect(await read('outbox_oldest_seconds')).toBeGreaterThanOrEqual(90)
    bus.answer = 'unroutable'
    bus.isUp = true
    await eventually(async () => (await read('messages_returned_total')) >= 1)
    bus.answer = 'published'
    await sql`update outbox set next_attempt_at = now()`.execute(db)
    await eventually(async () => (await read('messages_published_total')) === 1)
    // Counted when the broker has confirmed it, marked a moment later.
    await eventually(async () => (await read('outbox_waiting')) === 0)
    expect(await read('outbox_oldest_seconds')).toBe(0)
    await relay.stop()
  })

  it('does not touch the rows while the bus is not ready', async () => {
    await announce()
    const bus = { ...testBus(), ready: () => false }
    const relay = startRelay({ ...options(bus), pollMs: 5 })
    relay.wake()
    await relay.stop()
    expect(bus.published).toEqual([])
    const { rows } = await sql<{ attempts: number }>`select attempts from outbox`.execute(db)
    expect(rows).toEqual([{ attempts: 0 }])
  })
})
