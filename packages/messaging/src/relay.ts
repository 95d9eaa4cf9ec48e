import { setTimeout as pause } from 'node:timers/promises'
import { type Db, inTransaction, sql, type Tx } from '@guichet/database'
import { createAlarm } from './alarm.ts'
import type { Bus, Outcome } from './bus.ts'
import type { Log } from './log.ts'
import type { Message } from './message.ts'
import { onOutboxWritten } from './outbox.ts'

export interface RelayOptions<S> {
  db: Db<S>
  bus: Bus
  log: Log
  /** The service's name: `source` of its messages. */
  source: string
  /** Rows per round, published together. Default 200. */
  batchSize?: number | undefined
  /** Longest pause between looks at the outbox when nothing wakes the relay. Default 500. */
  pollMs?: number | undefined
}

export interface Relay {
  /** Look now: call it after a commit that wrote to the outbox without `addToOutbox`. */
  wake(): void
  /** Finishes the round in work. */
  stop(): Promise<void>
}

/** First look after a hint; the hint comes before the commit, so the pause doubles from here until there is a row. */
const EAGER_MS = 5
const PURGE_EVERY_MS = 3_600_000

/**
 * Sends the outbox to the bus, at least once, for as long as it runs. Any number of processes may run one: they take
 * turns. While the broker is away the rows wait; nothing else notices.
 */
export function startRelay<S>(options: RelayOptions<S>): Relay {
  const { db, bus, log, pollMs = 500 } = options
  let stopped = false
  let waitMs = EAGER_MS
  const alarm = createAlarm()
  const wake = () => {
    waitMs = EAGER_MS
    alarm.ring()
  }

  const forget = onOutboxWritten(wake)
  const rounds = (async () => {
    while (!stopped) {
      const sent = bus.ready() ? await relayOnce(options).catch((error) => failed(log, error)) : 0
      if (sent > 0) continue
      await alarm.wait(waitMs)
      waitMs = Math.min(waitMs * 2, pollMs)
      // Soon, not at once: a burst of writers is one round, and the commit is still on its way.
      if (!stopped) await pause(EAGER_MS)
    }
  })()
  const purge = () => purgeOutbox(db).catch((error) => failed(log, error))
  const purger = setInterval(purge, PURGE_EVERY_MS)
  purger.unref()

  return {
    wake,
    async stop() {
      stopped = true
      forget()
      clearInterval(purger)
      alarm.ring()
      await rounds
    },
  }
}

function failed(log: Log, error: unknown): number {
  log.warn({ err: error }, 'relay: the outbox cannot be read, trying again')
  return 0
}

interface OutboxRow {
  id: number
  message_id: string
  type: string
  subject: string
  data: unknown
  traceparent: string | null
  created_at: Date
  attempts: number
}

const UNROUTABLE = 'no queue is bound to this type'
const REFUSED = 'the broker did not confirm it'
const RELAY_LOCK = 7_146_902_115

/**
 * One round: publishes the oldest rows that are due, marks those the broker has confirmed. Returns how many it marked;
 * 0 also when another process holds the lock. Exported for tests.
 */
export async function relayOnce<S>(options: RelayOptions<S>, lockKey = RELAY_LOCK): Promise<number> {
  const { db, bus, log, source, batchSize = 200 } = options
  return inTransaction(db, async (tx) => {
    // Held to the commit: two relays would overtake each other and send everything twice.
    const lock = await sql<{ held: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as held`.execute(tx)
    if (!lock.rows[0]?.held) return 0
    const rows = await dueRows(tx, batchSize)
    if (rows.length === 0) return 0
    const outcomes = await bus.publish(rows.map((row) => toMessage(row, source)))
    const by = (outcome: Outcome) => rows.filter((_, index) => outcomes[index] === outcome)
    await markPublished(tx, by('published'))
    await postpone(tx, by('failed'), REFUSED)
    await postpone(tx, by('unroutable'), UNROUTABLE)
    const orphans = by('unroutable').filter((row) => row.attempts === 0)
    if (orphans.length > 0) {
      log.warn({ types: [...new Set(orphans.map((row) => row.type))] }, `relay: ${UNROUTABLE}; kept and tried again`)
    }
    return by('published').length
  })
}

/** A refused row holds back the later ones of its subject, to keep their order; one that nobody wants does not. */
async function dueRows<S>(tx: Tx<S>, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select id, message_id, type, subject, data, traceparent, created_at, attempts
      from outbox
     where published_at is null and next_attempt_at <= now()
       and subject not in (
         select subject from outbox
          where published_at is null and next_attempt_at > now() and last_error = ${REFUSED})
     order by id
     limit ${limit}
  `.execute(tx)
  return rows
}

async function markPublished<S>(tx: Tx<S>, rows: OutboxRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update outbox set published_at = clock_timestamp(), attempts = attempts + 1, last_error = null
     where id = any(${rows.map((row) => row.id)})
  `.execute(tx)
}

async function postpone<S>(tx: Tx<S>, rows: OutboxRow[], reason: string): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update outbox
       set attempts = attempts + 1, last_error = ${reason},
           next_attempt_at = clock_timestamp() + least(30, power(2, least(attempts, 10)) * 0.5) * interval '1 second'
     where id = any(${rows.map((row) => row.id)})
  `.execute(tx)
}

function toMessage(row: OutboxRow, source: string): Message {
  return {
    specversion: '1.0',
    id: row.message_id,
    source,
    type: row.type,
    subject: row.subject,
    time: row.created_at.toISOString(),
    datacontenttype: 'application/json',
    ...(row.traceparent ? { traceparent: row.traceparent } : {}),
    data: row.data,
  }
}

/** Published rows are kept 7 days, so that they can be sent again to a broker that lost its disk. */
async function purgeOutbox<S>(db: Db<S>): Promise<void> {
  // By id, because the oldest rows come first there and no other index is needed.
  const purge = sql`
    delete from outbox where id in (
      select id from (select id, published_at from outbox order by id limit 10000) as oldest
       where published_at < now() - interval '7 days')
  `
  for (;;) {
    const { numAffectedRows = 0n } = await purge.execute(db)
    if (numAffectedRows < 10_000n) return
  }
}
