import pg from 'pg'
import type { Bus, Consumer, DeadLetter, Outcome } from './bus.ts'
import { LIST_DEAD, PUBLISH, REPLAY } from './embedded-schema.ts'
import { MAX_RUNS, startWorker } from './embedded-worker.ts'
import type { Log } from './log.ts'
import { isMessage } from './message.ts'

/**
 * The bus in a PostgreSQL database, for installations without RabbitMQ: durable jobs of graphile-worker, one per queue
 * and message. At most three connections per process, one of which listens.
 */
export function connectEmbedded(url: string, { log }: { log: Log }): Bus {
  const pool = new pg.Pool({
    connectionString: url,
    max: 3,
    connectionTimeoutMillis: 5_000,
    // Longer than any statement of ours; a server that stopped answering must not hold a publish for ever.
    query_timeout: 10_000,
    application_name: 'guichet-bus',
  })
  pool.on('error', (error) => log.debug({ err: error }, 'bus: idle connection lost'))
  const worker = startWorker(pool, log)
  const queues = new Set<string>()

  return {
    async publish(messages) {
      if (messages.length === 0) return []
      try {
        const { rows } = await pool.query<{ positions: number[] }>(PUBLISH, [JSON.stringify(messages), MAX_RUNS])
        const routed = new Set(rows[0]?.positions.map(Number))
        return messages.map((_, index): Outcome => (routed.has(index + 1) ? 'published' : 'unroutable'))
      } catch (error) {
        log.debug({ err: error }, 'bus: publish failed')
        return messages.map((): Outcome => 'failed')
      }
    },

    consume(subscription, receive): Consumer {
      const { queue } = subscription
      if (queues.has(queue)) throw new Error(`${queue} is already consumed here`)
      queues.add(queue)
      const { promise: bound, resolve: onBound } = Promise.withResolvers<void>()
      worker.add({ subscription, receive, onBound, stopping: new AbortController() })
      return {
        bound,
        async stop() {
          if (queues.delete(queue)) await worker.remove(queue)
        },
      }
    },

    async deadLetters(queue, limit = 100) {
      const { rows } = await pool.query<{ message: unknown; attempts: number; error: string }>(LIST_DEAD, [
        queue,
        limit,
      ])
      return rows.map(({ message, attempts, error }): DeadLetter => {
        const known = isMessage(message) ? message : null
        return { id: known?.id ?? '', type: known?.type ?? '', message: known, attempts, error }
      })
    },

    async replay(queue) {
      const { rows } = await pool.query<{ replayed: number }>(REPLAY, [queue, MAX_RUNS])
      return rows[0]?.replayed ?? 0
    },

    ready: () => worker.ready(),

    async close() {
      queues.clear()
      await worker.stop()
      await pool.end()
    },
  }
}
