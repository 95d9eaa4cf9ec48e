import { bareContender, httpContender } from '../contenders.ts'
import { figure, type Report, ratio, row, slicesOf } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import { auditHolds, putOnSale } from '../sale.ts'
import type { Stage } from '../stage.ts'

const CAPACITY = 100
const CONNECTIONS = 64

/** More buyers than places, and then the two answers that most visitors get: "sold out", and what is on sale. */
export async function soldOut(stage: Stage, plan: Plan): Promise<Report> {
  const { tickets } = stage
  const sale = await putOnSale(tickets.client, { capacity: CAPACITY })
  const order = { origin: tickets.url, method: 'POST' as const, path: '/v1/orders', bodies: sale.bodies }
  const rush = await stage.send({
    ...order,
    connections: CONNECTIONS,
    seconds: 20,
    wanted: 201,
    requestsMax: 5 * CAPACITY,
  })
  const books = await auditHolds(tickets.client, sale, CAPACITY)
  if (rush.acknowledged !== CAPACITY) books.push(`${rush.acknowledged} of ${CAPACITY} places sold`)

  const { eventId } = JSON.parse(sale.bodies[0] ?? '{}') as { eventId: string }
  const path = `/v1/events/${eventId}/ticket-types`
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    [
      bareContender(stage, 'B1'),
      httpContender(stage, 'refusal', { ...order, wanted: 409 }, tickets.pid),
      httpContender(stage, 'availability', { ...order, method: 'GET', path, wanted: 200 }, tickets.pid),
    ].map((contender) => ({ contender, clients: CONNECTIONS })),
  )
  const what: Record<string, string> = {
    B1: 'bare Fastify GET',
    refusal: '409 sold-out',
    availability: 'what is on sale',
  }
  const perSecond = ({ cost }: { cost: { statements: number } }) => cost.statements / plan.seconds
  return {
    bench: 'sold-out',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [
      ratio(measured, ['refusal', 'B1'], { atLeast: 0.7 }),
      ratio(measured, ['availability', 'B1'], { atLeast: 0.7 }),
      figure('statements a second, sold out', slicesOf(measured, 'refusal').map(perSecond), { atMost: 1 }),
      figure('statements a second, availability', slicesOf(measured, 'availability').map(perSecond), { atMost: 1 }),
    ],
    faults: [...books, ...faults],
    voidedRounds: voided,
  }
}
