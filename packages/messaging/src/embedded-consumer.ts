import type { Pool } from 'pg'
import { createAlarm } from './alarm.ts'
import { type Consumer, DEFAULT_PREFETCH, type Receive, retryRule, type Subscription } from './bus.ts'
import { BURY, FINISH, RENEW, RETRY, SUBSCRIBE, TAKE } from './embedded-schema.ts'
import type { Log } from './log.ts'
import { isMessage } from './message.ts'
import { createSuspects, SUSPECT_FROM } from './suspects.ts'

/** How long a job stays with a consumer that gives no sign of life; then another takes it. */
const LEASE_MS = 15_000
const RENEW_MS = 5_000
/** Only a fallback: NOTIFY tells of new jobs, a timer of those that this process set back. */
const POLL_MS = 1_000
/** Ends the loop of a message that kills its process each time. */
const RUN_LIMIT = 20

interface Job {
  id: string
  message: unknown
  attempt: number
  runs: number
}

export interface EmbeddedConsumer extends Consumer {
  wake(): void
}

/** Takes jobs of one queue and runs them, for as long as PostgreSQL answers and again when it does. */
export function startConsumer(pool: Pool, subscription: Subscription, receive: Receive, log: Log): EmbeddedConsumer {
  const { queue, types, prefetch = DEFAULT_PREFETCH } = subscription
  const { maxAttempts, delayMs } = retryRule(subscription)
  const { promise: bound, resolve: onBound } = Promise.withResolvers<void>()
  const stopping = new AbortController()
  const oneAtATime = createSuspects()
  const alarm = createAlarm()
  const inWork = new Map<string, Promise<void>>()

  const taking = (async () => {
    let isBound = false
    while (!stopping.signal.aborted) {
      try {
        if (!isBound) {
          await pool.query(SUBSCRIBE, [queue, types])
          isBound = true
          onBound()
        }
        const room = prefetch - inWork.size
        const taken = room > 0 ? await take(room) : []
        for (const job of taken) {
          const work = run(job).finally(() => {
            inWork.delete(job.id)
            alarm.ring()
          })
          inWork.set(job.id, work)
        }
        if (taken.length > 0 && taken.length === room) continue
      } catch (error) {
        log.debug({ err: error, queue }, 'bus: cannot take jobs')
      }
      await alarm.wait(POLL_MS)
    }
    await Promise.all(inWork.values())
  })()

  async function take(limit: number): Promise<Job[]> {
    const { rows } = await pool.query<Job>(TAKE, [queue, limit, LEASE_MS])
    return rows.sort((a, b) => Number(a.id) - Number(b.id))
  }

  /** Never rejects. What cannot be written down for want of PostgreSQL is delivered again when its lease ends. */
  async function run(job: Job): Promise<void> {
    try {
      const failure = await attempt(job)
      if (!failure) await pool.query(FINISH, [job.id])
      else if (failure.final) await pool.query(BURY, [job.id, failure.error])
      else {
        const delay = delayMs(job.attempt)
        await pool.query(RETRY, [job.id, delay, failure.error])
        setTimeout(() => alarm.ring(), delay + 2).unref()
      }
    } catch (error) {
      log.debug({ err: error, queue, jobId: job.id }, 'bus: the end of a job could not be written down')
    }
  }

  async function attempt({ id, message, attempt, runs }: Job): Promise<{ error: string; final: boolean } | undefined> {
    if (!isMessage(message)) {
      log.error({ queue, jobId: id }, 'a job that is no message is set aside')
      return { error: 'The body is not a CloudEvents 1.0 message.', final: true }
    }
    if (runs > RUN_LIMIT) {
      log.error({ queue, messageId: message.id }, 'message set aside: its consumer died each time')
      return { error: 'Its consumer died each time.', final: true }
    }
    const last = attempt >= maxAttempts
    try {
      const work = () => receive(message, { attempt, last, signal: stopping.signal })
      await (runs > SUSPECT_FROM ? oneAtATime(work) : work())
      return undefined
    } catch (error) {
      return { error: String(error).slice(0, 1000), final: last }
    }
  }

  const renewing = setInterval(() => {
    if (inWork.size === 0) return
    pool
      .query(RENEW, [[...inWork.keys()], LEASE_MS])
      .catch((error) => log.debug({ err: error, queue }, 'bus: leases not renewed'))
  }, RENEW_MS)
  renewing.unref()

  return {
    bound,
    wake: alarm.ring,
    async stop() {
      stopping.abort()
      alarm.ring()
      await taking
      clearInterval(renewing)
    },
  }
}
