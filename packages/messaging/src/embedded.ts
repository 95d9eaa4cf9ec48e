import pg from 'pg'
import { createAlarm } from './alarm.ts'
import { type Bus, DEFAULT_REPUBLISH_HOURS, type Outcome } from './bus.ts'
import { type EmbeddedConsumer, startConsumer } from './embedded-consumer.ts'
import { createDeadLetters } from './embedded-dead-letters.ts'
import { PREPARE, PUBLISH } from './embedded-schema.ts'
import type { Log } from './log.ts'
import type { Message } from './message.ts'

/**
 * The bus in a PostgreSQL database, for installations without RabbitMQ: a durable job per message and queue. At most
 * three connections per process, one of which listens.
 */
export function connectEmbedded(url: string, { log }: { log: Log }): Bus {
  const pool = new pg.Pool({
    connectionString: url,
    max: 3,
    connectionTimeoutMillis: 5_000,
    // Longer than any statement of ours; a server that stopped answering must not hold a publish for ever.
    query_timeout: 10_000,
    keepAlive: true,
    application_name: 'guichet-bus',
  })
  // On each connection, not only on the pool: it does not listen to those in use, and one that dies between two
  // statements would take the process with it.
  pool.on('connect', (client) => client.on('error', (error) => log.debug({ err: error }, 'bus: connection lost')))
  pool.on('error', () => {})
  const consumers = new Map<string, EmbeddedConsumer>()
  const session = keepListening(pool, log, (queue) => {
    if (queue === undefined) for (const consumer of consumers.values()) consumer.wake()
    else consumers.get(queue)?.wake()
  })

  return {
    publish: createPublisher(pool, log),

    consume(subscription, receive) {
      const { queue } = subscription
      if (consumers.has(queue)) throw new Error(`${queue} is already consumed here`)
      const consumer = startConsumer(pool, subscription, receive, log)
      consumers.set(queue, consumer)
      return {
        bound: consumer.bound,
        async stop() {
          await consumer.stop()
          if (consumers.get(queue) === consumer) consumers.delete(queue)
        },
      }
    },

    deadLetters: createDeadLetters(pool),
    memory: {
      republishHours: DEFAULT_REPUBLISH_HOURS,
      session: () => session.count(),
      async holds(publisher) {
        const { rowCount } = await pool.query('select from bus.marker where publisher = $1', [publisher])
        return rowCount === 1
      },
      async keep(publisher) {
        await pool.query('insert into bus.marker (publisher) values ($1) on conflict do nothing', [publisher])
      },
    },

    ready: () => session.up(),

    async close() {
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()))
      await session.stop()
      await pool.end()
    },
  }
}

/** Calls at the same time are stored one after another; after one that failed, those already waiting fail too. */
function createPublisher(pool: pg.Pool, log: Log): Bus['publish'] {
  let last: Promise<boolean> | undefined

  async function store(messages: readonly Message[]): Promise<Outcome[] | undefined> {
    try {
      const { rows } = await pool.query<{ positions: unknown[] }>(PUBLISH, [JSON.stringify(messages)])
      const routed = new Set(rows[0]?.positions.map(Number))
      return messages.map((_, index): Outcome => (routed.has(index + 1) ? 'published' : 'unroutable'))
    } catch (error) {
      log.debug({ err: error }, 'bus: publish failed')
      return undefined
    }
  }

  return async (messages) => {
    if (messages.length === 0) return []
    const mine = (last ?? Promise.resolve(true)).then((stored) => (stored ? store(messages) : undefined))
    const done = mine.then((outcomes) => outcomes !== undefined)
    last = done
    const outcomes = await mine
    if (last === done) last = undefined
    return outcomes ?? messages.map((): Outcome => 'failed')
  }
}

/** Holds one connection that brings the schema up and listens, and gets another whenever it is lost. */
function keepListening(pool: pg.Pool, log: Log, wake: (queue?: string) => void) {
  const alarm = createAlarm()
  let up = false
  let count = 0
  let stopped = false

  async function listenOnce(): Promise<void> {
    const client = await pool.connect()
    try {
      let lost = false
      const onLost = () => {
        lost = true
        alarm.ring()
      }
      client.once('error', onLost)
      client.once('end', onLost)
      client.on('notification', ({ payload }) => wake(payload))
      await client.query(PREPARE)
      await client.query('listen bus')
      up = true
      count++
      log.info({}, 'bus: connected')
      wake()
      while (!lost && !stopped) await alarm.wait(60_000)
    } finally {
      client.release(true)
    }
  }

  const sessions = (async () => {
    for (let waitMs = 100; !stopped; waitMs = Math.min(waitMs * 2, 2_000)) {
      const error = await listenOnce().then(
        () => new Error('connection lost'),
        (thrown: unknown) => thrown,
      )
      if (stopped) break
      // Once per outage, not once per try.
      if (up || waitMs === 100) log.warn({ err: error }, 'bus: not connected, trying again')
      if (up) waitMs = 100
      up = false
      await alarm.wait(waitMs)
    }
    up = false
  })()

  return {
    up: () => up,
    count: () => count,
    async stop() {
      stopped = true
      alarm.ring()
      await sessions
    },
  }
}
