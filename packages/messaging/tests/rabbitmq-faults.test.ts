import { inTransaction, sql } from '@guichet/database'
import { eventually, hasPart, type Rabbitmq, startRabbitmq, startTcpProxy } from '@guichet/testkit'
import { Connection } from 'rabbitmq-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addToOutbox, type Bus, connectBus, type Outcome, startRelay, subscribe } from '../src/messaging.ts'
import { markerName } from '../src/rabbitmq-topology.ts'
import { aMessage, effectsOf, haveEffect, serviceDatabase, silent, unique, uniqueType, unpublished } from './fixture.ts'

/** `OUTAGE_SECONDS=300 KILLS=20` for the long run; the figures are printed. */
const OUTAGE_MS = Number(process.env.OUTAGE_SECONDS ?? 3) * 1_000
const KILLS = Number(process.env.KILLS ?? 3)
const LONG = 480_000 + 4 * OUTAGE_MS + KILLS * 30_000

describe.skipIf(!hasPart('rabbitmq'))('between a service and a RabbitMQ that fails', () => {
  let node: Rabbitmq
  const stops: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    node = await startRabbitmq()
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })
  afterAll(() => node?.remove())

  /** A service that writes facts, relays them, and consumes them with an inbox, on a database of its own. */
  async function aService(url = node.url, wrap: (bus: Bus) => Bus = (bus) => bus) {
    const database = await serviceDatabase()
    stops.push(database.stop)
    const { db } = database
    const bus = wrap(connectBus(url, { log: silent }))
    stops.push(() => bus.close())
    const [source, queue, type] = [unique('source'), unique('queue'), uniqueType()]
    const consume = async () => {
      const consumer = subscribe({ bus, db, queue, handlers: { [type]: haveEffect }, prefetch: 50, log: silent })
      stops.push(consumer.stop)
      await consumer.bound
      // What a kill does to a queue that is younger is tried with the sign below.
      await eventually(() => node.hasOnDisk(queue))
      return consumer
    }
    const relay = startRelay({ db, bus, log: silent, source, settleMs: 6_000 })
    stops.push(relay.stop)
    const written: string[] = []
    const write = async (count = 1) => {
      const facts = Array.from({ length: count }, (_, n) => ({
        type,
        subject: `tst_${(written.length + n) % 50}`,
        data: { n },
      }))
      written.push(...(await inTransaction(db, (tx) => addToOutbox(tx, facts))))
    }
    return {
      db,
      bus,
      queue,
      source,
      relay,
      consume,
      written,
      write,
      /** Commits one fact after another until told to stop; a commit that fails rejects `stop`. */
      writeOn() {
        let going = true
        let slowestMs = 0
        const writing = (async () => {
          while (going) {
            const began = performance.now()
            await write()
            slowestMs = Math.max(slowestMs, performance.now() - began)
          }
        })()
        writing.catch(() => {})
        return async () => {
          going = false
          await writing
          return { slowestMs: Math.round(slowestMs) }
        }
      },
      waiting: () => unpublished(db),
      isDrained: async () => (await unpublished(db)) === 0,
      /** Every fact had its effect, and had it once. */
      async arrived() {
        await eventually(async () => (await effectsOf(db)).distinct === written.length)
        expect(await effectsOf(db)).toEqual({ all: written.length, distinct: written.length })
      },
    }
  }

  it(
    'F17: lets writers go on while it is stopped, loses nothing, and catches up',
    async () => {
      const service = await aService()
      await service.consume()
      const stopWriting = service.writeOn()
      await node.ctl('stop_app')
      const endsAt = Date.now() + OUTAGE_MS
      await eventually(() => Date.now() >= endsAt, OUTAGE_MS + 5_000)
      const { slowestMs } = await stopWriting()
      const backlog = await service.waiting()
      expect(backlog).toBeGreaterThan(0)
      await node.ctl('start_app')
      const began = Date.now()
      await eventually(service.isDrained, 120_000 + backlog * 30)
      const seconds = (Date.now() - began) / 1_000
      console.log(
        `F17: ${service.written.length} facts written, slowest ${slowestMs} ms; ${backlog} waited, sent in ${seconds} s`,
      )
      await service.arrived()
    },
    LONG,
  )

  it(
    `F18: loses nothing when it is killed with -9 ${KILLS} times while facts are written`,
    async () => {
      const service = await aService()
      await service.consume()
      const stopWriting = service.writeOn()
      for (let kill = 0; kill < KILLS; kill++) {
        const before = service.relay.counts().published
        await eventually(() => service.relay.counts().published > before + 20)
        await node.kill9()
        await node.start()
      }
      await stopWriting()
      await eventually(service.isDrained)
      await service.arrived()
      console.log(`F18: ${KILLS} kills, ${service.written.length} facts, each arrived and had one effect`)
    },
    LONG,
  )

  it(
    'F18: goes on when it is killed as soon as it has our sign, of which it then has only the name',
    async () => {
      const service = await aService()
      await service.consume()
      const bus = connectBus(node.url, { log: silent })
      stops.push(() => bus.close())
      await eventually(() => bus.ready())
      const stranger = unique('source')
      await bus.memory.keep(stranger)
      await node.kill9()
      await node.start()
      await eventually(async () => {
        if (!(await bus.memory.holds(stranger))) await bus.memory.keep(stranger)
        return bus.memory.holds(stranger)
      })
      await service.write(10)
      await service.arrived()
    },
    LONG,
  )

  it('keeps a sign that is there already, though the broker takes no other', async () => {
    const bus = connectBus(node.url, { log: silent })
    stops.push(() => bus.close())
    await eventually(() => bus.ready())
    const publisher = unique('source')
    await bus.memory.keep(publisher)
    const full = JSON.stringify({ 'max-length': 1, overflow: 'reject-publish' })
    await node.ctl('set_policy', publisher, `^${markerName(publisher)}$`, full, '--apply-to', 'queues')
    // What comes just before the limit is enforced is taken.
    for (let more = 1; more <= 5; more++) await bus.memory.keep(publisher)
    expect(await bus.memory.holds(publisher)).toBe(true)
    await node.ctl('clear_policy', publisher)
  })

  describe('when its disk is wiped', () => {
    /** Facts that the broker has confirmed and nobody has taken; then it loses everything. */
    async function wipeWith(service: Awaited<ReturnType<typeof aService>>): Promise<void> {
      const consumer = await service.consume()
      await service.write(300)
      await eventually(service.isDrained)
      await service.arrived()
      await consumer.stop()
      await service.write(300)
      await eventually(service.isDrained)
      await node.kill9()
      await node.wipe()
      await node.start()
      await service.consume()
      await service.write(10)
    }

    it(
      'F19: gets everything again, and what had arrived has no second effect',
      async () => {
        const service = await aService()
        await wipeWith(service)
        await service.arrived()
        const { rows } = await sql`select from outbox_republish where finished_at is not null`.execute(service.db)
        expect(rows).toHaveLength(1)
      },
      LONG,
    )

    it(
      'F19: loses what it had for a publisher that asks for no sign (control)',
      async () => {
        const holds = async () => true
        const service = await aService(node.url, (bus) => ({ ...bus, memory: { ...bus.memory, holds } }))
        await wipeWith(service)
        await eventually(service.isDrained)
        // The last ones arrive after all that there is.
        const last = service.written.slice(-10)
        await eventually(async () => (await effectsOf(service.db, last)).distinct === 10)
        expect((await effectsOf(service.db)).distinct).toBe(310)
      },
      LONG,
    )

    it('takes a broker that was killed and has its disk for the one it knows', async () => {
      const service = await aService()
      await service.consume()
      await service.write(10)
      await eventually(service.isDrained)
      await eventually(() => node.hasOnDisk(markerName(service.source)))
      await node.kill9()
      await node.start()
      await service.write(10)
      await eventually(service.isDrained)
      expect((await sql`select from outbox_republish`.execute(service.db)).rows).toEqual([])
    })
  })

  it(
    'F20: keeps the rows while a memory alarm blocks it, without the writers noticing',
    async () => {
      const service = await aService()
      await service.consume()
      await service.write(10)
      await eventually(service.isDrained)
      await node.ctl('set_vm_memory_high_watermark', '0.00001')
      const stopWriting = service.writeOn()
      const before = service.written.length
      await eventually(() => service.written.length > before + 200)
      await eventually(() => !service.bus.ready())
      const { slowestMs } = await stopWriting()
      const waited = await service.waiting()
      expect(waited).toBeGreaterThan(0)
      await node.ctl('set_vm_memory_high_watermark', 'absolute', '512MB')
      await eventually(service.isDrained)
      await service.arrived()
      console.log(`F20: ${waited} facts waited for the end of the alarm; slowest write ${slowestMs} ms`)
    },
    LONG,
  )

  it(
    'F20: keeps a message whose handler failed in hand while a memory alarm lasts, and uses up none of its deliveries',
    async () => {
      const bus = connectBus(node.url, { log: silent })
      stops.push(() => bus.close())
      const [queue, type] = [unique('queue'), uniqueType()]
      const attempts: number[] = []
      const alarm = Promise.withResolvers<void>()
      const consumer = bus.consume({ queue, types: [type], backoffMs: [10] }, async (_message, { attempt }) => {
        attempts.push(attempt)
        await alarm.promise
        if (attempt === 1) throw new Error('not this time')
      })
      stops.push(consumer.stop)
      await consumer.bound
      await eventually(async () => (await bus.publish([aMessage(type)]))[0] === 'published')
      await eventually(() => attempts.length === 1)
      await node.ctl('set_vm_memory_high_watermark', '0.00001')
      await eventually(async () => (await bus.publish([aMessage(uniqueType())]))[0] === 'failed')
      alarm.resolve()
      // Lifting it takes an Erlang of its own: longer than the second after which the message used to go back.
      await node.ctl('status')
      await node.ctl('set_vm_memory_high_watermark', 'absolute', '512MB')
      await eventually(() => attempts.includes(2))
      expect(attempts).toEqual([1, 2])
    },
    LONG,
  )

  describe('behind a network that fails', () => {
    async function behindProxy() {
      const proxy = await startTcpProxy(node.port)
      stops.push(() => proxy.stop())
      const service = await aService(node.url.replace(/:\d+$/, `:${proxy.port}`))
      await service.consume()
      await service.write(100)
      await eventually(service.isDrained)
      await service.arrived()
      return { proxy, service }
    }

    it.each(['drop', 'half'] as const)(
      'F21: notices that it hears nothing (%s), and loses nothing',
      async (mode) => {
        const { proxy, service } = await behindProxy()
        proxy.set(mode)
        const began = Date.now()
        await service.write(100)
        await eventually(() => !service.bus.ready())
        const seconds = (Date.now() - began) / 1_000
        console.log(`F21 ${mode}: noticed after ${seconds.toFixed(1)} s`)
        expect(await service.waiting()).toBe(100)
        proxy.set('pass')
        await eventually(service.isDrained)
        await service.arrived()
      },
      LONG,
    )

    it(
      'F21: loses nothing when its connections are reset again and again',
      async () => {
        const { proxy, service } = await behindProxy()
        const stopWriting = service.writeOn()
        for (let reset = 0; reset < 10; reset++) {
          const before = service.relay.counts().published
          await eventually(() => service.relay.counts().published > before + 5)
          proxy.reset()
        }
        await stopWriting()
        await eventually(service.isDrained)
        await service.arrived()
      },
      LONG,
    )
  })

  it('F23: keeps what it publishes while the queue is deleted, until the queue is there again', async () => {
    const service = await aService()
    const consumer = await service.consume()
    await service.write(10)
    await service.arrived()
    await consumer.stop()
    const operator = new Connection(node.url)
    await operator.queueDelete(service.queue)
    await operator.close()
    await service.write(10)
    await eventually(() => service.relay.counts().unroutable >= 10)
    expect(await service.waiting()).toBe(10)
    await service.consume()
    await sql`update outbox set next_attempt_at = now()`.execute(service.db)
    await service.arrived()
  })

  describe('controls: what the protections are for', () => {
    it('a relay that marks before the confirm loses facts when the broker is killed', async () => {
      const hasty = (bus: Bus): Bus => ({
        ...bus,
        async publish(messages) {
          void bus.publish(messages)
          return messages.map((): Outcome => 'published')
        },
      })
      const service = await aService(node.url, hasty)
      await service.consume()
      const stopWriting = service.writeOn()
      for (let kill = 0; kill < 2; kill++) {
        const before = service.written.length
        await eventually(() => service.written.length > before + 200)
        await node.kill9()
        await node.start()
      }
      await eventually(() => service.bus.ready())
      await stopWriting()
      // This relay also loses what it sends before the queue answers again: the last ones are those that arrive.
      await eventually(async () => {
        await service.write(20)
        await eventually(service.isDrained)
        const last = service.written.slice(-20)
        return eventually(async () => (await effectsOf(service.db, last)).distinct === 20, 10_000)
      })
      expect((await effectsOf(service.db)).distinct).toBeLessThan(service.written.length)
    }, 480_000)

    it('a publisher that does not ask for returns has a confirm for what nobody will ever see', async () => {
      const connection = new Connection(node.url)
      const bus = connectBus(node.url, { log: silent })
      stops.push(() => bus.close())
      await eventually(() => bus.ready())
      const publisher = connection.createPublisher({ confirm: true })
      await expect(
        publisher.send({ exchange: 'guichet', routingKey: uniqueType(), mandatory: false }, Buffer.from('{}')),
      ).resolves.toBeUndefined()
      await publisher.close()
      await connection.close()
    })
  })
})
