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
  /** Rows read, published and marked together at most; as many again may be under way. Default 500. */
  batchSize?: number | undefined
  /**
   * How long a broker that lost everything is left to itself, so that the consumers have declared their queues again
   * before anything is sent to it. Default 10 s. (Where the broker's own definitions make the queues it has them sooner.)
   */
  settleMs?: number | undefined
  /** Told what became of each page. */
  onSent?: ((counts: Sent) => void) | undefined
  /** Waits a moment for more when there is nothing; false: end the pass. Without it, a pass ends then. */
  waitForMore?: (() => Promise<boolean>) | undefined
  /** True: begin no further page. */
  isStopping?: (() => boolean) | undefined
}

export interface Sent {
  published: number
  unroutable: number
  failed: number
}

const PAGE = 500
const PAGES_UNDER_WAY = 3
const RELAY_LOCK = 7_146_902_115
/** A pass ends by then, well before the server ends the idle transaction that holds the lock (20 s). */
const PASS_MS = 5_000

/**
 * Sends what is due, what is to be sent again before what is new. Returns how many were published; 0 also when another
 * process has the lock, which one transaction holds to the end: two relays at once would overtake each other. Rows are
 * marked outside it, page by page, so that a crash repeats two full pages at most.
 */
export async function relayOnce<S>(options: PassOptions<S>, lockKey = RELAY_LOCK): Promise<number> {
  return options.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ held: boolean; isAgain: boolean }>`
      select pg_try_advisory_xact_lock(${lockKey}) as held,
             exists (select from outbox_republish where finished_at is null) as "isAgain"
    `.execute(tx)
    if (!rows[0]?.held) return 0
    const endsAt = performance.now() + PASS_MS
    const { db, settleMs = 10_000 } = options
    const again = rows[0].isAgain ? await openRepublish(db, settleMs) : undefined
    if (!again) return sendNew(options, endsAt)
    return again.mayBegin ? sendAgain(options, again, endsAt) : 0
  })
}

/**
 * Reads on while there is something, with several pages under way, so that neither confirms nor marks cost the next
 * message time. After a full page it goes on behind it; else it looks from the beginning, because a transaction that
 * took its ids early may commit late.
 */
async function sendNew<S>(options: PassOptions<S>, endsAt: number): Promise<number> {
  const { db, batchSize = PAGE, waitForMore = async () => false } = options
  const underWay: { rows: OutboxRow[]; sent: Promise<Sent>; isDone: boolean }[] = []
  let published = 0
  let hasFailed = false
  const onOutcomes = ({ failed }: Sent) => {
    if (failed > 0) hasFailed = true
  }
  const settleOldest = async () => {
    const counts = await underWay[0]?.sent
    underWay.shift()
    published += counts?.published ?? 0
  }
  const begin = (rows: OutboxRow[]) => {
    const page = { rows, isDone: false, sent: sendPage(options, rows, onOutcomes) }
    const done = () => {
      page.isDone = true
    }
    page.sent.then(done, done) // a failure is looked at when its turn comes
    underWay.push(page)
  }
  try {
    for (let after = 0; performance.now() < endsAt && !hasFailed && !options.isStopping?.(); ) {
      while (underWay[0]?.isDone) await settleOldest()
      const inHand = underWay.flatMap(({ rows }) => rows.map(({ id }) => id))
      const rows = await dueRows(db, { after, except: inHand.filter((id) => id > after), limit: batchSize })
      if (hasFailed) break // what was read may be of a subject that has just failed, and would overtake
      after = rows.length === batchSize ? (rows.at(-1)?.id ?? 0) : 0
      if (rows.length > 0) begin(rows)
      else if (!(await waitForMore())) break
      if (underWay.length >= PAGES_UNDER_WAY || inHand.length + rows.length >= 2 * batchSize) await settleOldest()
    }
    while (underWay.length > 0) await settleOldest()
    return published
  } finally {
    // Nothing may be on its way when another process gets the lock.
    await Promise.allSettled(underWay.map(({ sent }) => sent))
  }
}

async function sendPage<S>(
  options: PassOptions<S>,
  rows: readonly OutboxRow[],
  onOutcomes: (counts: Sent) => void,
): Promise<Sent> {
  const { published, unroutable, failed } = await publish(options, rows)
  const counts = { published: published.length, unroutable: unroutable.length, failed: failed.length }
  onOutcomes(counts)
  await markPublished(options.db, published)
  await postpone(options.db, failed, REFUSED)
  await postpone(options.db, unroutable, UNROUTABLE)
  return counts
}

/** Rows keep their mark; how far it has come is written down after each page. */
async function sendAgain<S>(options: PassOptions<S>, request: RepublishRequest, endsAt: number): Promise<number> {
  const { db, log, batchSize = PAGE } = options
  let sent = 0
  for (let after = request.after_id; ; ) {
    const rows = await rowsToRepublish(db, { ...request, after_id: after }, batchSize)
    const { published, unroutable, failed } = await publish(options, rows)
    await postpone(db, unroutable, UNROUTABLE)
    sent += published.length
    if (failed.length > 0) return sent
    const isLast = rows.length < batchSize
    after = rows.at(-1)?.id ?? after
    await advanceRepublish(db, request, isLast ? undefined : after)
    if (isLast) log.warn({ reason: request.reason }, 'relay: everything that may have been lost is sent again')
    if (isLast || performance.now() > endsAt) return sent
  }
}

async function publish<S>({ bus, log, source, onSent }: PassOptions<S>, rows: readonly OutboxRow[]) {
  const outcomes = await bus.publish(rows.map((row) => toMessage(row, source)))
  const by = (outcome: Outcome) => rows.filter((_, index) => outcomes[index] === outcome)
  const [published, unroutable, failed] = [by('published'), by('unroutable'), by('failed')]
  const orphans = unroutable.filter((row) => row.last_error !== UNROUTABLE)
  if (orphans.length > 0) {
    log.warn({ types: [...new Set(orphans.map((row) => row.type))] }, `relay: ${UNROUTABLE}; kept and tried again`)
  }
  onSent?.({ published: published.length, unroutable: unroutable.length, failed: failed.length })
  return { published, unroutable, failed }
}
