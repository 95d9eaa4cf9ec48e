import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bus, connectBus, type Message, type Subscription } from '../src/messaging.ts'
import { deadLetterContract } from './dead-letter-contract.ts'
import { aMessage, type Broker, messages, silent, unique, uniqueType } from './fixture.ts'
import { killedContract } from './killed-contract.ts'
import { outboxContract } from './outbox-contract.ts'
import { poisonContract } from './poison-contract.ts'

/** What every adapter of the port must do, with a real broker behind it. */
export function busContract(startBroker: () => Promise<Broker>): void {
  let broker: Broker
  let open: Bus[] = []

  beforeAll(async () => {
    broker = await startBroker()
  })
  afterEach(async () => {
    await Promise.all(open.map((bus) => bus.close()))
    open = []
  })
  afterAll(() => broker?.remove())

  async function connect(): Promise<Bus> {
    const bus = connectBus(broker.url, { log: silent })
    open.push(bus)
    await eventually(() => bus.ready())
    return bus
  }

  /** Collects the messages of a queue. */
  async function collect(bus: Bus, subscription: Partial<Subscription> & Pick<Subscription, 'types'>) {
    const queue = subscription.queue ?? unique('queue')
    const received: Message[] = []
    const consumer = bus.consume({ queue, ...subscription }, async (message) => {
      received.push(message)
    })
    await consumer.bound
    return { queue, received, stop: consumer.stop, ids: () => received.map((message) => message.id).sort() }
  }

  const idsOf = (sent: Message[]) => sent.map((message) => message.id).sort()

  outboxContract(() => broker)
  deadLetterContract(() => broker)
  poisonContract(() => broker)
  killedContract(() => broker)

  describe('delivery', () => {
    it('delivers to every queue bound to the type, whole and once, and to no other', async () => {
      const bus = await connect()
      const [type, other] = [uniqueType(), uniqueType()]
      const both = await collect(bus, { types: [type, other] })
      const one = await collect(bus, { types: [type] })
      const none = await collect(bus, { types: [uniqueType()] })
      const sent = messages(type, 20)
      const last = aMessage(other, { texts: ['é', '𝄞', '"'], traceparent: null })
      expect(await bus.publish([...sent, last])).toEqual(Array(21).fill('published'))
      await eventually(() => both.received.length >= 21 && one.received.length >= 20)
      expect(both.ids()).toEqual(idsOf([...sent, last]))
      expect(both.received).toContainEqual(last)
      expect(one.ids()).toEqual(idsOf(sent))
      expect(none.received).toEqual([])
    })

    it('reports a message that no queue wants, and still delivers the others of the batch', async () => {
      const bus = await connect()
      const type = uniqueType()
      const { received } = await collect(bus, { types: [type] })
      const outcomes = await bus.publish([aMessage(uniqueType()), aMessage(type), aMessage(uniqueType())])
      expect(outcomes).toEqual(['unroutable', 'published', 'unroutable'])
      await eventually(() => received.length === 1)
    })

    it('lets two consumers share a queue: each message goes to one of them', async () => {
      const type = uniqueType()
      const queue = unique('queue')
      const received: string[] = []
      const met = Promise.withResolvers<void>()
      const waiting = new Set<Bus>()
      for (const bus of [await connect(), await connect()]) {
        const consumer = bus.consume({ queue, types: [type], prefetch: 1 }, async (message) => {
          received.push(message.id)
          // Neither goes on before the other has a message too.
          waiting.add(bus)
          if (waiting.size === 2) met.resolve()
          await met.promise
        })
        await consumer.bound
      }
      const sent = messages(type, 30)
      await open[0]?.publish(sent)
      await eventually(() => received.length >= 30)
      expect(received.sort()).toEqual(idsOf(sent))
    })

    it('keeps what arrives while its consumer is stopped', async () => {
      const bus = await connect()
      const type = uniqueType()
      const before = await collect(bus, { types: [type] })
      await before.stop()
      const sent = messages(type, 3)
      expect(await bus.publish(sent)).toEqual(Array(3).fill('published'))
      const after = await collect(bus, { queue: before.queue, types: [type] })
      await eventually(() => after.received.length === 3)
      expect(before.received).toEqual([])
    })

    it('lets the message in work finish before stop() resolves', async () => {
      const bus = await connect()
      const type = uniqueType()
      const begun = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      let finished = false
      const consumer = bus.consume({ queue: unique('queue'), types: [type] }, async () => {
        begun.resolve()
        await release.promise
        finished = true
      })
      await consumer.bound
      await bus.publish([aMessage(type)])
      await begun.promise
      const stopped = consumer.stop()
      release.resolve()
      await stopped
      expect(finished).toBe(true)
    })
  })

  describe('failure of a handler', () => {
    it('tries again with growing gaps, then sets the message aside; the next are not held up; replay puts it back', async () => {
      const bus = await connect()
      const type = uniqueType()
      const queue = unique('queue')
      const bad = aMessage(type, { bad: true })
      const tries: { at: number; attempt: number; last: boolean }[] = []
      const good: string[] = []
      let broken = true
      const consumer = bus.consume({ queue, types: [type], backoffMs: [200, 900] }, async (message, delivery) => {
        if (message.id !== bad.id) good.push(message.id)
        else {
          tries.push({ at: performance.now(), attempt: delivery.attempt, last: delivery.last })
          if (broken) throw new Error('the handler cannot')
        }
      })
      await consumer.bound
      const next = messages(type, 3)
      await bus.publish([bad, ...next])
      await eventually(() => good.length === 3)
      expect(tries.length).toBeLessThan(3)

      const dead = await eventually(async () => {
        const letters = await bus.deadLetters.list(queue)
        return letters.length > 0 && letters
      })
      expect(dead).toMatchObject([{ id: bad.id, type, message: bad, attempts: 3, error: 'Error: the handler cannot' }])
      expect(tries.map(({ attempt, last }) => [attempt, last])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ])
      const [first = 0, second = 0, third = 0] = tries.map(({ at }) => at)
      expect(second - first).toBeGreaterThanOrEqual(195)
      expect(third - second).toBeGreaterThanOrEqual(895)

      broken = false
      expect(await bus.deadLetters.list(queue)).toHaveLength(1) // looking does not take it away
      expect(await bus.deadLetters.replay(queue, 'all')).toBe(1)
      await eventually(() => tries.length === 4)
      expect(tries[3]).toMatchObject({ attempt: 1 })
      expect(await bus.deadLetters.list(queue)).toEqual([])
    })

    it('sets aside what is no message at all, and goes on', async () => {
      const bus = await connect()
      const type = uniqueType()
      const { queue, received } = await collect(bus, { types: [type] })
      await broker.poison(queue)
      await bus.publish([aMessage(type)])
      await eventually(() => received.length === 1)
      const letters = await eventually(async () => {
        const found = await bus.deadLetters.list(queue)
        return found.length > 0 && found
      })
      expect(letters).toMatchObject([{ id: '', message: null }])
    })

    it('gives the message of a consumer killed with -9 to another', async () => {
      const bus = await connect()
      const type = uniqueType()
      const queue = unique('queue')
      // The queue must be there before the process that dies is.
      await (await collect(bus, { queue, types: [type] })).stop()
      const script = fileURLToPath(new URL('dying-consumer.ts', import.meta.url))
      const child = spawn(process.execPath, [script, broker.url, queue, type], { stdio: 'inherit' })
      const died = once(child, 'exit')
      const sent = aMessage(type)
      await bus.publish([sent])
      expect(await died).toEqual([null, 'SIGKILL'])
      const survivor = await collect(bus, { queue, types: [type] })
      await eventually(() => survivor.received.length === 1)
      expect(survivor.ids()).toEqual([sent.id])
    })
  })

  describe('failure of the broker', () => {
    it('loses nothing that it confirmed when it crashes, twice, in the middle of publishing and consuming', async () => {
      const bus = await connect()
      const type = uniqueType()
      const { received, queue } = await collect(bus, { types: [type] })
      const resting = await collect(bus, { types: [type] })
      await resting.stop()
      for (const made of [queue, resting.queue]) await broker.settled(made)
      const sent = messages(type, 400)
      let pending = sent
      let crashes = 0
      let restarted = Promise.resolve()
      await eventually(async () => {
        const batch = pending.slice(0, 20)
        const outcomes = await bus.publish(batch)
        pending = pending.filter((message) => outcomes[batch.indexOf(message)] !== 'published')
        if (pending.length <= ([300, 150][crashes] ?? -1)) {
          crashes++
          // One after the other: a broker on its way down may still confirm enough for the second crash to be due.
          restarted = restarted.then(() => broker.crash()).then(() => broker.start())
        }
        return pending.length === 0
      }, 240_000)
      await restarted
      expect(crashes).toBe(2)
      const arrived = () => new Set(received.map((message) => message.id)).size
      await eventually(() => arrived() === sent.length)
      const rested = await collect(bus, { queue: resting.queue, types: [type] })
      await eventually(() => new Set(rested.ids()).size === sent.length)
    }, 600_000)

    it('connects, consumes and answers while the broker is away, and catches up when it comes', async () => {
      await broker.crash()
      const bus = connectBus(broker.url, { log: silent })
      open.push(bus)
      const type = uniqueType()
      const received: string[] = []
      const consumer = bus.consume({ queue: unique('queue'), types: [type] }, async ({ id }) => void received.push(id))
      expect(bus.ready()).toBe(false)
      expect(await bus.publish([aMessage(type)])).toEqual(['failed'])
      await broker.start()
      await consumer.bound
      await eventually(() => bus.ready())
      const sent = aMessage(type)
      await eventually(async () => (await bus.publish([sent]))[0] === 'published')
      await eventually(() => received.includes(sent.id))
    })

    it('closes in good time while the broker is away', async () => {
      const bus = await connect()
      await collect(bus, { types: [uniqueType()] })
      await broker.crash()
      const begin = performance.now()
      await bus.close()
      open = []
      expect(performance.now() - begin).toBeLessThan(60_000)
      await broker.start()
    })
  })
}
