import { sql } from '@guichet/database'
import { newUuid, parseId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimDeliveries } from '../src/deliveries/claim-deliveries.ts'
import type { Kind } from '../src/kinds.ts'
import { claimWebhooks } from '../src/webhooks/claim.ts'
import { type Fixture, startNotifications } from './fixture.ts'

const ORGANIZER = parseId('org', newOrganizerId()) ?? ''
const HEAP = 3_000

let fixture: Fixture
beforeAll(async () => {
  fixture = await startNotifications({ started: false })
})
afterAll(() => fixture?.end())
beforeEach(() => sql`truncate delivery, webhook_endpoint, public_event cascade`.execute(fixture.db))

const ago = (seconds: number) => new Date(fixture.clock.now().getTime() - seconds * 1_000)

interface Due {
  kind: Kind
  priority: number
  dueAt: Date
}

async function addDue(rows: readonly Due[]): Promise<string[]> {
  const added = rows.map(({ kind, priority, dueAt }) => {
    const id = newUuid()
    const key = { id, source: id, recipient_key: id, channel: 'email' as const, kind, priority }
    return { ...key, order_id: id, state: 'pending' as const, next_attempt_at: dueAt, created_at: dueAt }
  })
  await fixture.db.insertInto('delivery').values(added).execute()
  await sql`analyze delivery`.execute(fixture.db)
  return added.map(({ id }) => id)
}

const claim = (limit: number, away: Parameters<typeof claimDeliveries>[1]['away'] = [], db = fixture.db) =>
  claimDeliveries(db, { now: fixture.clock.now(), leaseSeconds: 60, limit, away })

/** How many rows of a table the work read, whether by an index or not. */
async function rowsRead(table: string, work: (db: Fixture['db']) => Promise<unknown>): Promise<number> {
  return fixture.db.transaction().execute(async (tx) => {
    const read = async () => {
      const { rows } = await sql<{ read: string }>`
        select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::text as read
          from pg_stat_xact_user_tables where relname = ${table}`.execute(tx)
      return Number(rows[0]?.read ?? 0)
    }
    const before = await read()
    await work(tx as unknown as Fixture['db'])
    return (await read()) - before
  })
}

describe('what is sent next', () => {
  it('is what is most urgent, and of that what is due the longest, of whatever kind it is', async () => {
    const [news, resent, moved, tickets, refund] = await addDue([
      { kind: 'bulk-information', priority: 3, dueAt: ago(500) },
      // Somebody asked for it once more.
      { kind: 'bulk-information', priority: 0, dueAt: ago(20) },
      { kind: 'event-moved', priority: 1, dueAt: ago(400) },
      { kind: 'order-confirmation', priority: 0, dueAt: ago(10) },
      { kind: 'order-refund', priority: 0, dueAt: ago(30) },
    ])
    const taken = []
    for (let round = 0; round < 5; round++) taken.push((await claim(1))[0]?.id)
    expect(taken).toEqual([refund, resent, tickets, moved, news])
  })

  it('is found without reading the heap that waits for a service that is away', async () => {
    const heap = Array.from({ length: HEAP }, () => ({
      kind: 'order-confirmation' as const,
      priority: 0,
      dueAt: ago(99),
    }))
    await addDue(heap)
    const [reset] = await addDue([{ kind: 'password-reset', priority: 0, dueAt: ago(1) }])
    let taken: string[] = []
    const read = await rowsRead('delivery', async (db) => {
      taken = (await claim(8, ['tickets'], db)).map(({ id }) => id)
    })
    expect(taken).toEqual([reset])
    expect(read).toBeLessThan(HEAP / 10)
  })
})

it('webhooks are found without asking for each endpoint that there is', async () => {
  const { db } = fixture
  await sql`
    insert into webhook_endpoint (id, organizer_id, url, description, secrets, enabled, created_at)
    select gen_random_uuid(), ${ORGANIZER}, 'https://shop.example', '', '', true, ${ago(9)} from generate_series(1, ${HEAP}::int)
  `.execute(db)
  const event_id = newUuid()
  await sql`insert into public_event (id, organizer_id, type, occurred_at, data, test, created_at)
            values (${event_id}, ${ORGANIZER}, 'order.confirmed', ${ago(9)}, '{}', false, ${ago(9)})`.execute(db)
  await sql`insert into webhook_delivery (id, endpoint_id, event_id, state, next_attempt_at, created_at)
            select gen_random_uuid(), id, ${event_id}, 'pending', ${ago(5)}, ${ago(5)} from webhook_endpoint order by id limit 3
  `.execute(db)
  await sql`analyze webhook_endpoint, webhook_delivery, public_event`.execute(db)
  const scans = async (tx: Fixture['db']) => {
    const { rows } = await sql<{ scans: string }>`
      select coalesce(idx_scan, 0)::text as scans from pg_stat_xact_user_tables where relname = 'webhook_delivery'`.execute(
      tx,
    )
    return Number(rows[0]?.scans ?? 0)
  }
  const options = {
    now: fixture.clock.now(),
    limit: 64,
    failing: false,
    perEndpoint: 4,
    underWay: new Map<string, number>(),
  }
  await db.transaction().execute(async (tx) => {
    const own = tx as unknown as Fixture['db']
    const before = await scans(own)
    expect(await claimWebhooks(own, options)).toHaveLength(3)
    expect((await scans(own)) - before).toBeLessThan(HEAP / 10)
  })
})
