import { type Db, sql } from '@guichet/database'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Sent } from './relay-pass.ts'

/** Rows are counted up to here: what is beyond needs no exact figure. */
const COUNT_MAX = 1_000_000

/** What waits to be published, and for how long the oldest of it has. */
export async function outboxBacklog<S>(db: Db<S>): Promise<{ waiting: number; oldestSeconds: number }> {
  const [fresh, putOff] = [sql<boolean>`last_error is null`, sql<boolean>`last_error is not null`]
  const count = (of: typeof fresh) =>
    sql`(select count(*) from (select from outbox where published_at is null and ${of} limit ${COUNT_MAX}) as row)`
  const oldest = (of: typeof fresh) =>
    sql`(select created_at from outbox where published_at is null and ${of} order by id limit 1)`
  const { rows } = await sql<{ waiting: number; oldestSeconds: number }>`
    select ${count(fresh)} + ${count(putOff)} as waiting,
           coalesce(extract(epoch from now() - least(${oldest(fresh)}, ${oldest(putOff)}))::float8, 0) as "oldestSeconds"
  `.execute(db)
  return rows[0] ?? { waiting: 0, oldestSeconds: 0 }
}

/** Puts a service's outbox into its metrics. Returns what to tell of each page that was sent. */
export function observeOutbox<S>(metrics: Registry, db: Db<S>): (sent: Sent) => void {
  const registers = [metrics]
  const oldest = new Gauge({
    name: 'guichet_outbox_oldest_seconds',
    help: 'How long the oldest message that is not published has waited.',
    registers,
  })
  new Gauge({
    name: 'guichet_outbox_waiting',
    help: 'Messages that are not published yet.',
    registers,
    async collect() {
      // Without its database a service still has its other metrics.
      const backlog = await outboxBacklog(db).catch(() => undefined)
      if (!backlog) return
      this.set(backlog.waiting)
      oldest.set(backlog.oldestSeconds)
    },
  })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const published = counter('guichet_messages_published_total', 'Messages that the broker has confirmed.')
  const returned = counter(
    'guichet_messages_returned_total',
    'Messages that no queue wanted; they wait and are tried again.',
  )
  const refused = counter(
    'guichet_messages_refused_total',
    'Messages that were not confirmed; they wait and are tried again.',
  )
  return (sent) => {
    published.inc(sent.published)
    returned.inc(sent.unroutable)
    refused.inc(sent.failed)
  }
}
