import type { ChildProcess } from 'node:child_process'
import { askForLoad } from './children.ts'
import type { HttpJob } from './http-load-process.ts'
import { type Load, WARM_UP_MS } from './load.ts'
import { type Cost, measure } from './meter.ts'
import { auditHolds, putOnSale } from './sale.ts'
import type { EngineJob } from './servers/engine.ts'
import { runSql } from './sql-load.ts'
import type { Stage } from './stage.ts'
import type { Process, Tickets } from './tickets.ts'

export interface Slice {
  load: Load
  cost: Cost
  /** What the books say against it; a slice with any counts as 0. */
  faults: string[]
}

export interface Contender {
  id: string
  run(clients: number, seconds: number): Promise<Slice>
}

interface Wanted {
  events?: number
  /** Confirmed orders that each event has from before. */
  sold?: number
  id?: string
  twin?: Process
  /** Instead of the stage's own. */
  tickets?: Tickets
  /** Offered whatever the answers; without it, the next request of a connection waits for its answer. */
  ratePerSecond?: () => number
  requestsMax?: number
}

const CAPACITY = 100_000_000
let lastEvent = 0

/** SQL alone, on the schema of the bench; `events` fresh stock rows for each slice. */
export function sqlContender(
  stage: Stage,
  id: string,
  script: string,
  { events = 1, ordersEach = 1 }: { events?: number; ordersEach?: number } = {},
): Contender {
  return {
    id,
    async run(clients, seconds) {
      const { first, last, outboxBefore } = await freshStock(stage, events)
      const variables = events === 1 ? { ev: first } : { first, last }
      const url = stage.server.postgres.url('bench')
      const { result: load, cost } = await measure(stage.server.client, 'bench', [stage.server.postgres.pid], () =>
        runSql(url, { script, clients, seconds, variables, ordersEach }),
      )
      return { load, cost, faults: await auditStock(stage, id, { first, last, outboxBefore }, load.acknowledged) }
    },
  }
}

/** D: over HTTP, on the schema of the bench. */
export function plainContender(stage: Stage): Contender {
  return {
    id: 'D',
    async run(connections, seconds) {
      const stock = await freshStock(stage, 1)
      const bodies = [orderBody(String(stock.first))]
      const { postgres, client } = stage.server
      const { result: load, cost } = await measure(client, 'bench', [postgres.pid, stage.plain.pid], () =>
        stage.send({
          origin: stage.plain.url,
          method: 'POST',
          path: '/orders',
          bodies,
          connections,
          seconds,
          wanted: 201,
        }),
      )
      return { load, cost, faults: await auditStock(stage, 'D', stock, load.acknowledged) }
    },
  }
}

/** X: the real service over HTTP, `events` fresh ones for each slice. */
export function ticketsContender(
  stage: Stage,
  { events = 1, sold = 0, id = 'X', twin, ratePerSecond, requestsMax, tickets = stage.tickets }: Wanted = {},
): Contender {
  const pids = [stage.server.postgres.pid, tickets.pid, ...(twin ? [twin.pid] : [])]
  return {
    id,
    async run(connections, seconds) {
      const sale = await putOnSale(tickets.client, { events, sold, capacity: CAPACITY })
      const { bodies } = sale
      const { result: load, cost } = await measure(stage.server.client, tickets.database, pids, () =>
        stage.send({
          ...(twin ? { twinOrigin: twin.url } : {}),
          ...(ratePerSecond ? { ratePerSecond: ratePerSecond() } : {}),
          ...(requestsMax === undefined ? {} : { requestsMax }),
          ...{ origin: tickets.url, method: 'POST', path: '/v1/orders', bodies },
          ...{ connections, seconds, wanted: 201 },
        }),
      )
      return {
        load,
        cost,
        faults: await auditHolds(tickets.client, sale, load.acknowledged, sold),
      }
    },
  }
}

/** S: the engine of the real service, called by many at once in its own process. */
export function engineContender({ server, tickets }: Stage, engine: ChildProcess): Contender {
  return {
    id: 'S',
    async run(callers, seconds) {
      const sale = await putOnSale(tickets.client, {})
      const [eventId = '', ticketTypeId = ''] = [sale.eventUuids[0], sale.typeUuids[0]]
      const job: EngineJob = { eventId, ticketTypeId, callers, seconds, warmUpMs: WARM_UP_MS }
      const { result: load, cost } = await measure(
        server.client,
        'tickets',
        [server.postgres.pid, engine.pid ?? 0],
        () => askForLoad(engine, job),
      )
      return { load, cost, faults: await auditHolds(tickets.client, sale, load.acknowledged) }
    },
  }
}

/** Fastify by itself: B1 says hello, B2 takes an order, B2s refuses it. */
export function bareContender(stage: Stage, id: 'B1' | 'B2' | 'B2s'): Contender {
  const post = { method: 'POST' as const, bodies: [orderBody('evt_01h455vb4pex5vsknk084sn02q')] }
  const request = {
    B1: { method: 'GET' as const, path: '/hello', bodies: [], wanted: 200 },
    B2: { ...post, path: '/orders', wanted: 201 },
    B2s: { ...post, path: '/refused-orders', wanted: 409 },
  }[id]
  return httpContender(stage, id, { origin: stage.bare.url, ...request }, stage.bare.pid)
}

/** Any request whose answer changes nothing. */
export function httpContender(
  stage: Stage,
  id: string,
  request: Pick<HttpJob, 'origin' | 'method' | 'path' | 'headers' | 'bodies' | 'wanted'>,
  pid: number,
): Contender {
  return {
    id,
    async run(connections, seconds) {
      const { postgres, client } = stage.server
      const { result: load, cost } = await measure(client, 'tickets', [postgres.pid, pid], () =>
        stage.send({ ...request, connections, seconds }),
      )
      const refused = Object.keys(load.refused).length
      return { load, cost, faults: refused > 0 ? [`${id}: unexpected answers ${JSON.stringify(load.refused)}`] : [] }
    },
  }
}

function orderBody(eventId: string): string {
  return JSON.stringify({
    eventId,
    lines: [{ ticketTypeId: 'typ_01h455vb4pex5vsknk084sn02q', quantity: 1 }],
    buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
    locale: 'fr',
  })
}

type Stock = { first: number; last: number; outboxBefore: number }

async function freshStock({ server }: Stage, events: number): Promise<Stock> {
  const first = lastEvent + 1
  lastEvent += events
  await server.client.query(
    'insert into stock (id, capacity, remaining) select id, $3::int, $3::int from generate_series($1::int, $2::int) id',
    [first, lastEvent, CAPACITY],
  )
  const { rows } = await server.client.query<{ last: number }>('select coalesce(max(id), 0)::int as last from outbox')
  return { first, last: lastEvent, outboxBefore: rows[0]?.last ?? 0 }
}

async function auditStock({ server }: Stage, id: string, stock: Stock, acknowledged: number): Promise<string[]> {
  const { rows } = await server.client.query<{ taken: number; orders: number; announced: number }>(
    `select (select sum(capacity - remaining)::int from stock where id between $1 and $2) as taken,
            (select count(*)::int from orders where event_id between $1 and $2) as orders,
            (select count(*)::int from outbox where id > $3) as announced`,
    [stock.first, stock.last, stock.outboxBefore],
  )
  return Object.entries(rows[0] ?? {})
    .filter(([, count]) => count !== acknowledged)
    .map(([what, count]) => `${id}: ${acknowledged} orders acknowledged, ${count} ${what}`)
}
