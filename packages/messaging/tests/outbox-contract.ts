import { inTransaction, sql } from '@guichet/database'
import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addToOutbox, type Bus, connectBus, startRelay, subscribe } from '../src/messaging.ts'
import { relayOnce } from '../src/relay-pass.ts'
import {
  aMessage,
  type Broker,
  effects,
  haveEffect,
  serviceDatabase,
  silent,
  unique,
  uniqueType,
  unpublished,
} from './fixture.ts'

/** Outbox, relay and inbox from end to end, over a real broker. */
export function outboxContract(getBroker: () => Broker): void {
  describe('from outbox to inbox', () => {
    let database: Awaited<ReturnType<typeof serviceDatabase>>
    let bus: Bus
    const stops: (() => Promise<unknown>)[] = []

    beforeAll(async () => {
      database = await serviceDatabase()
      bus = await connect()
    })
    afterEach(async () => {
      for (const stop of stops.splice(0).reverse()) await stop()
      await sql`truncate outbox`.execute(database.db)
    })
    afterAll(async () => {
      await bus?.close()
      await database?.stop()
    })

    async function connect(): Promise<Bus> {
      const connected = connectBus(getBroker().url, { log: silent })
      await eventually(() => connected.ready())
      return connected
    }
    const relay = (over: Bus = bus) => {
      const started = startRelay({ db: database.db, bus: over, log: silent, source: 'test' })
      stops.push(started.stop)
      return started
    }
    const announce = (type: string, subject = 'tst_1', data: object = {}) =>
      inTransaction(database.db, (tx) => addToOutbox(tx, { type, subject, data })).then(([id = '']) => id)
    /** Everything that goes over the wire to a queue, before any inbox. */
    async function tap(type: string): Promise<string[]> {
      const wire: string[] = []
      const consumer = bus.consume({ queue: unique('tap'), types: [type] }, async ({ id }) => void wire.push(id))
      stops.push(consumer.stop)
      await consumer.bound
      return wire
    }
    async function consumeWithInbox(type: string) {
      const queue = unique('inbox')
      const handlers = { [type]: haveEffect }
      const consumer = subscribe({ bus, db: database.db, queue, handlers, log: silent })
      stops.push(consumer.stop)
      await consumer.bound
      return queue
    }

    /**
     * Resolves once a message has had an effect. How many is for the test to say: where the inbox does not hold, a wait for
     * exactly one would only end by its limit.
     */
    const happened = (id: string) => eventually(async () => (await effects(database.db, id)) > 0)

    it('announces what was committed, and nothing that was rolled back', async () => {
      const type = uniqueType()
      await consumeWithInbox(type)
      const wire = await tap(type)
      relay()
      const rolledBack = inTransaction(database.db, async (tx) => {
        await addToOutbox(tx, { type, subject: 'tst_1', data: {} })
        throw new Error('changed my mind')
      })
      await expect(rolledBack).rejects.toThrow('changed my mind')
      const id = await announce(type)
      await happened(id)
      expect(await effects(database.db, id)).toBe(1)
      await eventually(async () => (await unpublished(database.db)) === 0)
      // Two queues, two consumers: the other one may still be on its way.
      await eventually(() => wire.length > 0)
      expect(wire).toEqual([id])
    })

    it('has one effect for two deliveries of a message; without the inbox it would have two', async () => {
      const type = uniqueType()
      await consumeWithInbox(type)
      const message = aMessage(type)
      const control = aMessage(uniqueType())
      const bare = bus.consume({ queue: unique('bare'), types: [control.type] }, (m) => haveEffect(database.db, m))
      stops.push(bare.stop)
      await bare.bound
      expect(await bus.publish([message, message, control, control])).toEqual(Array(4).fill('published'))
      await eventually(async () => (await effects(database.db, control.id)) >= 2)
      // A later message of the same queue tells that the second delivery has been dealt with.
      const after = aMessage(type)
      await bus.publish([after])
      await happened(after.id)
      expect(await effects(database.db, message.id)).toBe(1)
    })

    it('sends again what it published but could not mark, and the effect is still one', async () => {
      const type = uniqueType()
      await consumeWithInbox(type)
      const wire = await tap(type)
      const id = await announce(type)
      // Dies between the confirm and the commit of the mark.
      const dying: Bus = {
        ...bus,
        publish: async (messages) => {
          await bus.publish(messages)
          throw new Error('killed')
        },
      }
      await expect(relayOnce({ db: database.db, bus: dying, log: silent, source: 'test' })).rejects.toThrow('killed')
      expect(await unpublished(database.db)).toBe(1)
      relay()
      await eventually(async () => (await unpublished(database.db)) === 0)
      await eventually(() => wire.length >= 2)
      expect(wire).toEqual([id, id])
      const after = await announce(type)
      await happened(after)
      expect(await effects(database.db, id)).toBe(1)
    })

    it('sends each row once and in order when three relays run at the same time', async () => {
      const type = uniqueType()
      const wire: string[] = []
      const consumer = bus.consume({ queue: unique('tap'), types: [type], prefetch: 1 }, async ({ id }) => {
        wire.push(id)
      })
      stops.push(consumer.stop)
      await consumer.bound
      for (const other of [await connect(), await connect(), await connect()]) {
        stops.push(other.close)
        relay(other)
      }
      const sent: string[] = []
      for (let n = 0; n < 150; n++) sent.push(await announce(type, `tst_${n % 7}`, { n }))
      await eventually(async () => (await unpublished(database.db)) === 0 && wire.length >= sent.length)
      expect(wire).toEqual(sent)
    })

    it('sends a backlog in order', async () => {
      const type = uniqueType()
      const wire: string[] = []
      const consumer = bus.consume({ queue: unique('tap'), types: [type], prefetch: 1 }, async ({ id }) => {
        wire.push(id)
      })
      stops.push(consumer.stop)
      await consumer.bound
      const facts = Array.from({ length: 3_000 }, (_, n) => ({ type, subject: `tst_${n % 3}`, data: { n } }))
      const ids = await inTransaction(database.db, (tx) => addToOutbox(tx, facts))
      relay()
      await eventually(() => wire.length >= ids.length)
      expect(wire).toEqual(ids)
    })

    it('keeps what nobody wants yet, holds up nothing else, and sends it when a queue is there', async () => {
      const [orphan, wanted] = [uniqueType(), uniqueType()]
      await consumeWithInbox(wanted)
      relay()
      const early = await announce(orphan)
      const id = await announce(wanted)
      await happened(id)
      const row = await eventually(() =>
        database.db
          .selectFrom('outbox')
          .select(['attempts', 'last_error'])
          .where('published_at', 'is', null)
          .where('last_error', 'is not', null) // written down after the broker's answer: the other one may be handled before
          .executeTakeFirst(),
      )
      expect(row?.last_error).toBe('no queue is bound to this type')
      expect(row?.attempts).toBeGreaterThanOrEqual(1)
      await consumeWithInbox(orphan)
      await happened(early)
      expect([await effects(database.db, id), await effects(database.db, early)]).toEqual([1, 1])
    })

    it('lets writers go on while the broker is away, and empties the outbox when it is back', async () => {
      const type = uniqueType()
      await getBroker().settled(await consumeWithInbox(type))
      relay()
      await getBroker().crash()
      const ids: string[] = []
      for (let n = 0; n < 50; n++) ids.push(await announce(type, 'tst_1', { n }))
      expect(await unpublished(database.db)).toBeGreaterThan(0)
      await getBroker().start()
      await eventually(async () => (await unpublished(database.db)) === 0)
      for (const id of ids) await happened(id)
      expect(await Promise.all(ids.map((id) => effects(database.db, id)))).toEqual(ids.map(() => 1))
    })

    it('sets a message whose handler always fails aside, without effect and without an inbox row', async () => {
      const type = uniqueType()
      const queue = unique('failing')
      const consumer = subscribe({
        bus,
        db: database.db,
        queue,
        backoffMs: [20],
        log: silent,
        handlers: {
          [type]: async (tx, message) => {
            await haveEffect(tx, message)
            throw new Error('after the effect')
          },
        },
      })
      stops.push(consumer.stop)
      await consumer.bound
      const message = aMessage(type)
      await bus.publish([message])
      await eventually(async () => (await bus.deadLetters.list(queue)).length > 0)
      expect(await effects(database.db, message.id)).toBe(0)
      const seen = await sql`select from inbox where message_id = ${message.id}`.execute(database.db)
      expect(seen.rows).toHaveLength(0)
    })
  })
}
