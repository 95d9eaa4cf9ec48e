import {
  bareContender,
  type Contender,
  engineContender,
  plainContender,
  sqlContender,
  ticketsContender,
} from '../contenders.ts'
import { figure, perCpuSecond, type Report, ratio, row, slicesOf } from '../report.ts'
import { bestClients, HTTP_CLIENTS, type Measured, type Plan, rate, runRounds, SQL_CLIENTS } from '../rounds.ts'
import type { Stage } from '../stage.ts'

const WHAT: Record<string, string> = {
  A1: 'six statements, SQL alone',
  A2: 'one statement, SQL alone',
  B2: 'bare Fastify POST',
  C: '256 orders in one statement',
  D: 'same server, order by order',
  S: 'the engine alone, called in process',
  X: 'the tickets service',
  X256: 'the tickets service',
}

const CROWD = 256

/** Everybody wants the same event. */
export async function hotEvent(stage: Stage, plan: Plan): Promise<Report> {
  const engine = engineContender(stage, await stage.tickets.startEngine())
  const contenders: { contender: Contender; clients: number }[] = []
  for (const [contender, tried] of [
    [sqlContender(stage, 'A1', 'a1.sql'), SQL_CLIENTS],
    [sqlContender(stage, 'A2', 'a2.sql'), SQL_CLIENTS],
    [plainContender(stage), HTTP_CLIENTS],
    [ticketsContender(stage), HTTP_CLIENTS],
  ] as const) {
    contenders.push({ contender, clients: await bestClients(contender, tried) })
  }
  contenders.push(
    { contender: sqlContender(stage, 'C', 'c.sql', { ordersEach: 256 }), clients: 2 },
    { contender: bareContender(stage, 'B2'), clients: 64 },
    { contender: engine, clients: CROWD },
  )
  const { measured, voided, faults } = await runRounds(stage.server.client, plan, contenders)

  const crowd = await ticketsContender(stage).run(CROWD, plan.seconds)
  measured.set('X256', { clients: CROWD, slices: [crowd] })
  return {
    bench: 'hot-event',
    rows: [...measured].map(([id, each]) => row(id, WHAT[id] ?? '', each)),
    figures: [
      ratio(measured, ['X', 'A1'], { atLeast: 8 }),
      ratio(measured, ['X', 'A2']),
      ratio(measured, ['X', 'D'], { atLeast: 12 }),
      figure('roofline E = X ÷ 1/(1/B2 + 1/C)', roofline(measured), { atLeast: 0.7 }),
      figure('commits for each order at 256 clients', [crowd.cost.commits / crowd.load.acknowledged], { atMost: 0.02 }),
      ratio(measured, ['S', 'A1'], { atLeast: 20 }),
      ratio(measured, ['S', 'C']),
      ratio(measured, ['X', 'A1'], undefined, perCpuSecond, 'X ÷ A1, orders for each CPU-second'),
      ratio(measured, ['X', 'D'], undefined, perCpuSecond, 'X ÷ D, orders for each CPU-second'),
      ratio(measured, ['C', 'A1'], undefined, rate, 'C ÷ A1, what batching has to give'),
    ],
    faults: [...faults, ...crowd.faults],
    voidedRounds: voided,
  }
}

/** How much of what HTTP and the database can do by themselves is left when one does both. */
function roofline(measured: Map<string, Measured>): number[] {
  const bare = slicesOf(measured, 'B2')
  const batched = slicesOf(measured, 'C')
  return slicesOf(measured, 'X').map((slice, round) => {
    const [http, sql] = [bare[round], batched[round]]
    return http && sql ? rate(slice) * (1 / rate(http) + 1 / rate(sql)) : Number.NaN
  })
}
