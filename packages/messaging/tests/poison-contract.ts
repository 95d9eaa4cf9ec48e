import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from '@guichet/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bus, connectBus, type MessageHandler, subscribe } from '../src/messaging.ts'
import {
  aMessage,
  type Broker,
  messages,
  serviceDatabase,
  silent,
  type TestSchema,
  unique,
  uniqueType,
} from './fixture.ts'

/** F26: whatever is wrong with one message, the next ones do not wait for it. Measured by the order of events. */
export function poisonContract(getBroker: () => Broker): void {
  describe('a poisoned message', () => {
    let bus: Bus
    const stops: (() => Promise<unknown>)[] = []

    beforeEach(async () => {
      bus = connectBus(getBroker().url, { log: silent })
      await eventually(() => bus.ready())
      stops.push(bus.close)
    })
    afterEach(async () => {
      for (const stop of stops.splice(0).reverse()) await stop()
    })

    it('that its handler refuses each time is tried again only after the next one is handled, one at a time or not', async () => {
      for (const prefetch of [1, 10]) {
        const [queue, type] = [unique('queue'), uniqueType()]
        const [poison, ...next] = messages(type, 3)
        const events: string[] = []
        const consumer = bus.consume({ queue, types: [type], prefetch, backoffMs: [400] }, async ({ id }) => {
          events.push(id === poison?.id ? 'poison' : 'next')
          if (id === poison?.id) throw new Error('never')
        })
        stops.push(consumer.stop)
        await consumer.bound
        await bus.publish([poison, ...next].filter((message) => message !== undefined))
        await eventually(async () => (await bus.deadLetters.count(queue)) > 0)
        expect(events).toEqual(['poison', 'next', 'next', 'poison'])
      }
    })

    it('that is no message is set aside before the next one is handled', async () => {
      const [queue, type] = [unique('queue'), uniqueType()]
      const handled: string[] = []
      const start = () =>
        bus.consume({ queue, types: [type], prefetch: 1 }, async ({ id }) => {
          handled.push(id)
        })
      const first = start()
      await first.bound
      await first.stop()
      await getBroker().poison(queue)
      const next = aMessage(type)
      await bus.publish([next])
      stops.push(start().stop)
      await eventually(() => handled.length > 0)
      await eventually(async () => (await bus.deadLetters.count(queue)) > 0)
      expect(handled).toEqual([next.id])
    })

    it('of a type that the service does not handle any more is let go, and the next one is handled', async () => {
      const database = await serviceDatabase()
      stops.push(database.stop)
      const [queue, known, unknown] = [unique('queue'), uniqueType(), uniqueType()]
      const handled: string[] = []
      const handle: MessageHandler<TestSchema> = async (_, { id }) => void handled.push(id)
      const options = { bus, db: database.db, queue, log: silent, prefetch: 1 }
      const before = subscribe({ ...options, handlers: { [unknown]: handle, [known]: handle } })
      await before.bound
      await before.stop()
      const [stranger, next] = [aMessage(unknown), aMessage(known)]
      await bus.publish([stranger, next])
      stops.push(subscribe({ ...options, handlers: { [known]: handle } }).stop)
      await eventually(() => handled.length > 0)
      expect(handled).toEqual([next.id])
      expect(await bus.deadLetters.count(queue)).toBe(0)
    })

    it('that kills its consumer each time is set aside alone: those beside it are handled', async () => {
      const broker = getBroker()
      const [queue, type] = [unique('queue'), uniqueType()]
      const before = bus.consume({ queue, types: [type] }, async () => {})
      await before.bound
      await before.stop()
      const [poison, ...beside] = messages(type, 6)
      await bus.publish([poison, ...beside].filter((message) => message !== undefined))

      const script = fileURLToPath(new URL('poisoned-consumer.ts', import.meta.url))
      const handled = new Set<string>()
      const isDead = async () => (await bus.deadLetters.count(queue)) > 0
      let deaths = 0
      while (!(await isDead())) {
        const child = spawn(process.execPath, [script, broker.url, queue, type, poison?.id ?? ''])
        child.stdout.on('data', (text) => {
          for (const id of String(text).trim().split('\n')) handled.add(id)
        })
        const died = once(child, 'close').then(() => true)
        const done = async () => child.exitCode !== null || child.signalCode !== null || (await isDead())
        await eventually(done)
        if (child.signalCode === null) {
          await eventually(() => handled.size === beside.length)
          child.kill('SIGKILL')
        } else deaths++
        await died
        await broker.giveBack(queue)
      }
      expect(deaths).toBeGreaterThanOrEqual(20)
      expect([...handled].sort()).toEqual(beside.map(({ id }) => id).sort())
      expect(await bus.deadLetters.list(queue)).toMatchObject([
        { id: poison?.id, error: 'Its consumer died each time.' },
      ])
    }, 900_000) // more than twenty processes, one after another
  })
}
