import { type Db, sql } from '@guichet/database'
import type { Bus, Outcome } from './bus.ts'
import type { Log } from './log.ts'
import { dueRows, markPublished, type OutboxRow, postpone, REFUSED, toMessage, UNROUTABLE } from './outbox-rows.ts'
import { advanceRepublish, openRepublish, type RepublishRequest, rowsToRepublish } from './republish.ts'

export interface PassOptions<S> {
  db: Db<S>
  bus: Bus
  log: Log
  /** The service's name: `source` of its messages. */
  source: string
  /** Rows read, published and marked together; two such pages are under way at the same time. Default 500. */
  batchSize?: number | undefined
  /**
   * How long a broker that lost everything is left to itself, so that the consumers have declared their queues again
   * before anything is sent to it. Default 10 s. (Where the broker's own definitions make the queues it has them sooner.)
   */
  settleMs?: number | undefined
  /** Told what became of each page. */
  onSent?: ((counts: Sent) => void) | undefined
}

export interface Sent {
  published: number
  unroutable: number
  failed: number
}

const PAGE = 500
const RELAY_LOCK = 7_146_902_115
/** A pass ends by then, well before the server ends the idle transaction that holds the lock (20 s). */
const PASS_MS = 5_000

/**
 * Sends what is due, what is to be sent again before what is new. Returns how many were published; 0 also when another
 * process has the lock, which one transaction holds to the end: two relays at once would overtake each other. Rows are
 * marked outside it, page by page, so that a crash repeats two pages at most.
 */
export async function relayOnce<S>(options: PassOptions<S>, lockKey = RELAY_LOCK): Promise<number> {
  return options.db.transaction().execute(async (tx) => {
    const lock = await sql<{ held: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as held`.execute(tx)
    return lock.rows[0]?.held ? sendDue(options) : 0
  })
}

async function sendDue<S>(options: PassOptions<S>): Promise<number> {
  const { db, settleMs = 10_000 } = options
  const endsAt = performance.now() + PASS_MS
  const again = await openRepublish(db, settleMs)
  if (!again) return sendNew(options, endsAt)
  return again.mayBegin ? sendAgain(options, again, endsAt) : 0
}

/** Two pages are under way while there are full ones, so that reading and marking cost the wire no pause. */
async function sendNew<S>(options: PassOptions<S>, endsAt: number): Promise<number> {
  const { db, batchSize = PAGE } = options
  const underWay: Promise<Sent>[] = []
  let sent = 0
  let after = 0
  try {
    for (let isLast = false; !isLast; ) {
      const rows = await dueRows(db, after, batchSize)
      isLast = rows.length < batchSize || performance.now() > endsAt
      after = rows.at(-1)?.id ?? after
      const page = sendPage(options, rows)
      page.catch(() => {}) // looked at below, perhaps later than it fails
      underWay.push(page)
      if (underWay.length < 2) continue
      const oldest = await underWay.shift()
      sent += oldest?.published ?? 0
      if (oldest?.failed) break
    }
  } finally {
    await Promise.allSettled(underWay) // nothing may be on its way when another process gets the lock
  }
  for (const { published } of await Promise.all(underWay)) sent += published
  return sent
}

async function sendPage<S>(options: PassOptions<S>, rows: readonly OutboxRow[]): Promise<Sent> {
  const { published, unroutable, failed } = await publish(options, rows)
  await markPublished(options.db, published)
  await postpone(options.db, failed, REFUSED)
  return { published: published.length, unroutable: unroutable.length, failed: failed.length }
}

/** Rows keep their mark; how far it has come is written down after each page. */
async function sendAgain<S>(options: PassOptions<S>, request: RepublishRequest, endsAt: number): Promise<number> {
  const { db, log, batchSize = PAGE } = options
  let sent = 0
  for (let after = request.after_id; ; ) {
    const rows = await rowsToRepublish(db, { ...request, after_id: after }, batchSize)
    const { published, failed } = await publish(options, rows)
    sent += published.length
    if (failed.length > 0) return sent
    const isLast = rows.length < batchSize
    after = rows.at(-1)?.id ?? after
    await advanceRepublish(db, request, isLast ? undefined : after)
    if (isLast) log.warn({ reason: request.reason }, 'relay: everything that may have been lost is sent again')
    if (isLast || performance.now() > endsAt) return sent
  }
}

async function publish<S>({ db, bus, log, source, onSent }: PassOptions<S>, rows: readonly OutboxRow[]) {
  const outcomes = await bus.publish(rows.map((row) => toMessage(row, source)))
  const by = (outcome: Outcome) => rows.filter((_, index) => outcomes[index] === outcome)
  const [published, unroutable, failed] = [by('published'), by('unroutable'), by('failed')]
  await postpone(db, unroutable, UNROUTABLE)
  const orphans = unroutable.filter((row) => row.last_error !== UNROUTABLE)
  if (orphans.length > 0) {
    log.warn({ types: [...new Set(orphans.map((row) => row.type))] }, `relay: ${UNROUTABLE}; kept and tried again`)
  }
  onSent?.({ published: published.length, unroutable: unroutable.length, failed: failed.length })
  return { published, unroutable, failed }
}
