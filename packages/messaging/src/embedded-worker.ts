import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type JobHelpers, runTaskList, type TaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'
import { DEFAULT_PREFETCH, type Receive, retryRule, type Subscription } from './bus.ts'
import { quietLogger } from './embedded-log.ts'
import { BURY, FREE_ORPHANS, HOLD_POOL_LOCK, prepareSchema, SCHEMA, SUBSCRIBE } from './embedded-schema.ts'
import type { Log } from './log.ts'
import { isMessage, type Message } from './message.ts'

export interface Registration {
  subscription: Subscription
  receive: Receive
  onBound(): void
  stopping: AbortController
}

export interface EmbeddedWorker {
  add(registration: Registration): void
  /** Resolves when no handler of the queue runs any more. */
  remove(queue: string): Promise<void>
  /** The schema is there and PostgreSQL answered when last asked. */
  ready(): boolean
  stop(): Promise<void>
}

/** Runs of one job whose process died before it answered: ends the loop of a message that kills its process. */
const DELIVERY_LIMIT = 20
/** graphile-worker's own limit only has to be out of the way: attempts are counted in the payload. */
export const MAX_RUNS = 1_000
const SWEEP_MS = 5_000
// A handler is a short database transaction; more at once only queue for the service's connections.
const MAX_CONCURRENCY = 4

interface JobPayload {
  message: unknown
  attempt: number
}

/** One graphile-worker pool for all queues of this process, started again whenever the queues change or it fails. */
export function startWorker(pool: Pool, log: Log): EmbeddedWorker {
  const registrations = new Map<string, Registration>()
  let running: WorkerPool | undefined
  let stopped = false
  let up = false
  let changed = Promise.withResolvers<void>()
  const idle = new AbortController()

  const change = () => {
    changed.resolve()
    return running?.gracefulShutdown('the queues of this process changed')
  }

  const runs = (async () => {
    for (let waitMs = 100; !stopped; ) {
      try {
        await prepareSchema(pool, log)
        setUp(true)
        waitMs = 100
        await serve()
      } catch (error) {
        if (stopped) break
        setUp(false, error)
        await pause(waitMs, undefined, { signal: idle.signal }).catch(() => {})
        waitMs = Math.min(waitMs * 2, 3_000)
      }
    }
  })()

  function setUp(now: boolean, error?: unknown): void {
    if (up !== now && now) log.info({}, 'bus: connected')
    if (up !== now && !now) log.warn({ err: error }, 'bus: not connected, trying again')
    up = now
  }

  /** Serves the queues there are now, until they change. */
  async function serve(): Promise<void> {
    while (!stopped) {
      changed = Promise.withResolvers<void>()
      const current = [...registrations.values()]
      for (const { subscription, onBound } of current) {
        await pool.query(SUBSCRIBE, [subscription.queue, subscription.types])
        onBound()
      }
      if (current.length === 0) {
        await changed.promise
        continue
      }
      const started = startPool(current)
      running = started
      // A change that came while the pool was starting found nothing to shut down.
      void changed.promise.then(() => running === started && started.gracefulShutdown('the queues changed'))
      try {
        await started.promise
      } finally {
        running = undefined
        await pool.query(`select ${SCHEMA}.force_unlock_workers(array[$1])`, [started.id]).catch(() => {})
      }
    }
  }

  function startPool(current: Registration[]): WorkerPool {
    const events: WorkerEvents = new EventEmitter()
    events.on('pool:listen:success', ({ workerPool, client }) => {
      ;(client as PoolClient).query(HOLD_POOL_LOCK, [workerPool.id]).catch(() => {})
    })
    const tasks: TaskList = Object.fromEntries(
      current.map((registration) => [
        registration.subscription.queue,
        (payload: unknown, helpers: JobHelpers) => runJob(registration, payload as JobPayload, helpers),
      ]),
    )
    const wanted = current.reduce((sum, { subscription }) => sum + (subscription.prefetch ?? DEFAULT_PREFETCH), 0)
    return runTaskList(
      {
        schema: SCHEMA,
        concurrency: Math.min(wanted, MAX_CONCURRENCY),
        noHandleSignals: true,
        pollInterval: 2_000,
        logger: quietLogger(log),
        events,
      },
      tasks,
      pool,
    )
  }

  /** Must not throw for a failed handler: graphile-worker's back-off and limit are not ours. */
  async function runJob({ subscription, receive, stopping }: Registration, payload: JobPayload, helpers: JobHelpers) {
    const { queue } = subscription
    const { maxAttempts, delayMs } = retryRule(subscription)
    const { message, attempt } = payload
    const bury = (error: string) => pool.query(BURY, [queue, idOf(message), JSON.stringify(message), attempt, error])
    if (!isMessage(message)) {
      log.error({ queue, jobId: helpers.job.id }, 'a job that is no message is set aside')
      await bury('The payload is not a CloudEvents 1.0 message.')
    } else if (helpers.job.attempts > DELIVERY_LIMIT) {
      log.error({ queue, messageId: message.id }, 'message set aside: its consumer died each time')
      await bury('Its consumer died each time.')
    } else {
      const last = attempt >= maxAttempts
      try {
        await receive(message, { attempt, last, signal: stopping.signal })
      } catch (error) {
        const text = String(error).slice(0, 1000)
        if (last) await bury(text)
        else await retry(queue, message, attempt + 1, delayMs(attempt))
      }
    }
  }

  /** A new job, then this one is done: killed between the two, the message comes twice, never not at all. */
  async function retry(queue: string, message: Message, attempt: number, delayMs: number): Promise<void> {
    await pool.query(`select ${SCHEMA}.add_job($1, $2::json, null, now() + $3 * interval '1 millisecond', $4)`, [
      queue,
      JSON.stringify({ message, attempt }),
      delayMs,
      MAX_RUNS,
    ])
    // Future jobs are only found by polling; this process knows when to look.
    setTimeout(() => running?.nudge(1), delayMs + 5).unref()
  }

  const sweep = async () => {
    try {
      await pool.query(FREE_ORPHANS, [running?.id ?? ''])
      setUp(true)
    } catch (error) {
      setUp(false, error)
    }
  }
  const sweeper = setInterval(() => {
    if (up || running) void sweep()
  }, SWEEP_MS)
  sweeper.unref()

  return {
    add(registration) {
      registrations.set(registration.subscription.queue, registration)
      void change()
    },
    async remove(queue) {
      registrations.get(queue)?.stopping.abort()
      registrations.delete(queue)
      const before = running
      await change()
      await before?.promise.catch(() => {})
    },
    ready: () => up,
    async stop() {
      stopped = true
      clearInterval(sweeper)
      for (const { stopping } of registrations.values()) stopping.abort()
      registrations.clear()
      idle.abort()
      await change()
      await runs
    },
  }
}

function idOf(message: unknown): string {
  return isMessage(message) ? message.id : ''
}
