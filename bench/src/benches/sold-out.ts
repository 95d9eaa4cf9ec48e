import { setTimeout as wait } from 'node:timers/promises'
import { bareContender, type Contender, httpContender, type Slice } from '../contenders.ts'
import { Tally } from '../load.ts'
import { measure } from '../meter.ts'
import { figure, type Report, ratio, row, slicesOf } from '../report.ts'
import { type Measured, type Plan, runRounds } from '../rounds.ts'
import { auditHolds, type OnSale, putOnSale } from '../sale.ts'
import type { Stage } from '../stage.ts'

const CAPACITY = 100
const CONNECTIONS = 64
const WHAT: Record<string, string> = {
  B1: 'bare Fastify GET',
  B2s: 'bare Fastify POST, small answer',
  refusal: '409 sold-out',
  'not-open': '409, the sale has not begun',
  availability: 'what is on sale',
  unchanged: 'the same, 304',
  nobody: 'nothing is asked',
}

/** More buyers than places, and then the answers that most visitors get: "sold out", "not yet", and what is on sale. */
export async function soldOut(stage: Stage, plan: Plan): Promise<Report> {
  const { tickets } = stage
  const sale = await putOnSale(tickets.client, { capacity: CAPACITY })
  const books = await sellOut(stage, sale)
  const later = await putOnSale(tickets.client, { opensInDays: 7 })
  // A refusal must be told from the repeat of any order that was placed lately: a million of others, of which the keys matter.
  await tickets.client.query(
    `insert into idempotency_key (scope, key, request_hash, status, body)
     select 'guest:placeOrder', gen_random_uuid()::text, '', 201, '{}' from generate_series(1, 1000000)`,
  )

  const { eventId } = JSON.parse(sale.bodies[0] ?? '{}') as { eventId: string }
  const path = `/v1/events/${eventId}/ticket-types`
  const etag = (await fetch(tickets.url + path)).headers.get('etag')
  const order = { origin: tickets.url, method: 'POST' as const, path: '/v1/orders' }
  const read = { origin: tickets.url, method: 'GET' as const, path, bodies: [] }
  const x = (id: string, request: Parameters<typeof httpContender>[2]) => httpContender(stage, id, request, tickets.pid)
  // What an event is read for once is not what its visitors cost each second.
  await stage.send({ ...order, bodies: later.bodies, wanted: 409, connections: 1, seconds: 1, requestsMax: 1 })
  const contenders = [
    bareContender(stage, 'B1'),
    bareContender(stage, 'B2s'),
    x('refusal', { ...order, bodies: sale.bodies, wanted: 409 }),
    x('not-open', { ...order, bodies: later.bodies, wanted: 409 }),
    x('availability', { ...read, wanted: 200 }),
    ...(etag === null ? [] : [x('unchanged', { ...read, headers: { 'if-none-match': etag }, wanted: 304 })]),
    nobody(stage),
  ]
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    contenders.map((contender) => ({ contender, clients: CONNECTIONS })),
  )
  const statements = (id: string) =>
    figure(`statements a second, ${id}`, extraStatements(measured, id, plan.seconds), { atMost: 1 })
  return {
    bench: 'sold-out',
    rows: [...measured].map(([id, each]) => row(id, WHAT[id] ?? '', each)),
    figures: [
      ratio(measured, ['refusal', 'B1'], { atLeast: 0.7 }),
      ratio(measured, ['not-open', 'B1'], { atLeast: 0.7 }),
      ratio(measured, ['availability', 'B1'], { atLeast: 0.7 }),
      ratio(measured, ['refusal', 'B2s']),
      ratio(measured, ['not-open', 'B2s']),
      ratio(measured, ['unchanged', 'B1']),
      statements('refusal'),
      statements('not-open'),
      statements('availability'),
    ],
    faults: [...books, ...faults],
    voidedRounds: voided,
  }
}

/** Five buyers for each place. */
async function sellOut({ tickets, send }: Stage, sale: OnSale): Promise<string[]> {
  const { acknowledged } = await send({
    ...{ origin: tickets.url, method: 'POST', path: '/v1/orders', bodies: sale.bodies, wanted: 201 },
    ...{ connections: CONNECTIONS, seconds: 20, requestsMax: 5 * CAPACITY },
  })
  const books = await auditHolds(tickets.client, sale, CAPACITY)
  return acknowledged === CAPACITY ? books : [...books, `${acknowledged} of ${CAPACITY} places sold`]
}

/** What a slice asked of the database, beyond what the service's own jobs ask for while nobody comes. */
function extraStatements(measured: Map<string, Measured>, id: string, seconds: number): number[] {
  const quiet = slicesOf(measured, 'nobody')
  return slicesOf(measured, id).map(({ cost }: Slice, round) => {
    return Math.max(0, cost.statements - (quiet[round]?.cost.statements ?? 0)) / seconds
  })
}

function nobody({ server, tickets }: Stage): Contender {
  return {
    id: 'nobody',
    async run(_clients, seconds) {
      const { cost } = await measure(server.client, 'tickets', [server.postgres.pid, tickets.pid], () =>
        wait(seconds * 1_000),
      )
      return { load: new Tally(0, seconds * 1_000).load(), cost, faults: [] }
    },
  }
}
