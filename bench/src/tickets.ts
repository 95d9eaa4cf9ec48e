import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { newUuid, toId } from '@guichet/server'
import pg from 'pg'
import { type Children, forkChild, SERVICE_FLAGS } from './children.ts'
import type { Server } from './postgres.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'services', 'tickets', 'src', 'main.ts')

export interface OnSale {
  /** UUIDs of the events, in the order of `bodies`. */
  eventUuids: string[]
  /** An order for one place of each. */
  bodies: string[]
}

export interface Tickets {
  url: string
  pid: number
  /** Published events with one type each; `sold` places of each are confirmed orders already. */
  putOnSale(wanted: { events?: number; capacity?: number; sold?: number }): Promise<OnSale>
  /** How the books of some events differ from `acknowledged` orders of one place more than `soldBefore`. */
  audit(sale: OnSale, acknowledged: number, soldBefore?: number): Promise<string[]>
  /** A second process of the service on the same database. */
  startTwin(): Promise<{ url: string; pid: number }>
  stop(): Promise<void>
}

/** The real service as its own process, on its own migrated database. */
export async function startTickets(server: Server, children: Children): Promise<Tickets> {
  const databaseUrl = server.postgres.url('tickets')
  const nowhere = 'http://127.0.0.1:9'
  const secret = () => randomBytes(32).toString('base64url')
  const env = {
    PATH: process.env.PATH,
    TICKETS_HOST: '127.0.0.1',
    TICKETS_DATABASE_URL: databaseUrl,
    TICKETS_BUS_URL: server.postgres.url('bus'),
    TICKETS_PUBLIC_URL: nowhere,
    TICKETS_ACCOUNTS_URL: nowhere,
    TICKETS_EVENTS_URL: nowhere,
    TICKETS_SIMULATED_URL: nowhere,
    TICKETS_CLIENT_SECRET: secret(),
    TICKETS_ORDER_SECRET: secret(),
    TICKETS_SIGNING_SECRET: secret(),
    TICKETS_SIMULATED_API_KEY: secret(),
    TICKETS_SIMULATED_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    TICKETS_HOLD_SECONDS: '3600',
    TICKETS_LOG_LEVEL: 'fatal',
  }
  const migrated = spawnSync(process.execPath, [MAIN, 'migrate'], { env, encoding: 'utf8' })
  if (migrated.status !== 0) throw new Error(`tickets does not migrate: ${migrated.stderr}`)
  const leash = `--import=${join(import.meta.dirname, 'end-with-parent.ts')}`
  const start = async () => {
    const port = await freePort()
    const child = forkChild(children, MAIN, {
      env: { ...env, TICKETS_PORT: String(port) },
      node: [...SERVICE_FLAGS, leash],
    })
    const url = `http://127.0.0.1:${port}`
    await untilReady(url, () => child.exitCode !== null)
    return { url, pid: child.pid ?? 0 }
  }
  const first = await start()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  return {
    ...first,
    startTwin: start,
    putOnSale: (wanted) => putOnSale(client, wanted),
    audit: (sale, acknowledged, soldBefore) => audit(client, sale, acknowledged, soldBefore),
    stop: () => client.end(),
  }
}

async function putOnSale(client: pg.Client, { events = 1, capacity = 1_000_000, sold = 0 }): Promise<OnSale> {
  const eventUuids = Array.from({ length: events }, () => newUuid())
  const typeUuids = eventUuids.map(() => newUuid())
  const organizer = newUuid()
  await client.query(
    `insert into event (event_id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue)
     select event_id, $2, 1, 'published', '{"en": "Spring concert", "fr": "Concert de printemps"}', now() + interval '30 days',
            now() + interval '31 days', 'Europe/Paris', '{"name": "Salle Pleyel", "city": "Paris", "online": false}'
       from unnest($1::uuid[]) event_id`,
    [eventUuids, organizer],
  )
  await client.query(
    `insert into ticket_type (event_id, id, name, price_minor, currency, min_per_order, max_per_order, created_at)
     select event_id, id, '{"en": "Standard", "fr": "Plein tarif"}', 4900, 'EUR', 1, 10, now()
       from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids],
  )
  await client.query(
    `insert into allotment (event_id, id, ticket_type_id, capacity, sold)
     select event_id, id, id, $3, $4 from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids, capacity, sold],
  )
  await client.query(
    `insert into ticket_type_allotment (event_id, ticket_type_id, allotment_id)
     select event_id, id, id from unnest($1::uuid[], $2::uuid[]) as type (event_id, id)`,
    [eventUuids, typeUuids],
  )
  if (sold > 0) await seedSold(client, eventUuids, typeUuids, organizer, sold)
  const bodies = eventUuids.map((eventUuid, index) =>
    JSON.stringify({
      eventId: toId('evt', eventUuid),
      lines: [{ ticketTypeId: toId('typ', typeUuids[index] ?? ''), quantity: 1 }],
      buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
      locale: 'fr',
    }),
  )
  return { eventUuids, bodies }
}

/** Confirmed orders of one place each, with their tickets, as many of every event. */
async function seedSold(client: pg.Client, events: string[], types: string[], organizer: string, sold: number) {
  await client.query(
    `with placed as (
       insert into orders (event_id, id, organizer_id, state, number, buyer_name, buyer_email, locale, currency, total_minor,
                           expires_at, created_at, confirmed_at)
       select event_id, uuidv7(), $3, 'confirmed', 'S-' || n, 'Amina Diallo', 'amina@example.org', 'fr', 'EUR', 4900, now(), now(), now()
         from unnest($1::uuid[]) event_id, generate_series(1, $4) n returning event_id, id),
     sold as (select placed.event_id, placed.id, type.id as type_id
                from placed join unnest($1::uuid[], $2::uuid[]) as type (event_id, id) using (event_id)),
     lines as (insert into order_line (event_id, order_id, line_number, ticket_type_id, type_name, quantity, unit_price_minor)
               select event_id, id, 1, type_id, '{"en": "Standard"}', 1, 4900 from sold)
     insert into ticket (event_id, id, order_id, ticket_type_id, line_number, holder_name, state, created_at)
     select event_id, uuidv7(), id, type_id, 1, 'Amina Diallo', 'valid', now() from sold`,
    [events, types, organizer, sold],
  )
  await client.query('analyze')
}

async function audit(client: pg.Client, sale: OnSale, acknowledged: number, soldBefore = 0): Promise<string[]> {
  const { rows } = await client.query<{ held: number; over: number; orders: number; lines: number; keys: number }>(
    `select (select coalesce(sum(held), 0)::int from allotment where event_id = any($1)) as held,
            (select count(*)::int from allotment where event_id = any($1) and (held + sold > capacity or sold <> $2)) as over,
            (select count(*)::int from orders where event_id = any($1) and state = 'held') as orders,
            (select coalesce(sum(quantity), 0)::int from order_line join orders using (event_id)
              where event_id = any($1) and state = 'held' and orders.id = order_id) as lines,
            (select count(*)::int from idempotency_key where body->>'eventId' = any($3)) as keys`,
    [sale.eventUuids, soldBefore, sale.eventUuids.map((uuid) => toId('evt', uuid))],
  )
  const { held, over, orders, lines, keys } = rows[0] ?? { held: -1, over: -1, orders: -1, lines: -1, keys: -1 }
  return [
    ...(over === 0 ? [] : [`${over} allotments above their capacity or with sales that nobody made`]),
    ...Object.entries({ held, orders, lines, keys })
      .filter(([, count]) => count !== acknowledged)
      .map(([what, count]) => `X: ${acknowledged} orders acknowledged, ${count} ${what}`),
  ]
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end && !hasEnded(); await wait(50)) {
    const ready = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (ready?.ok) return
  }
  throw new Error('tickets was not ready within a minute')
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
