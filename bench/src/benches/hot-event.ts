import { bareContender, type Contender, plainContender, sqlContender, ticketsContender } from '../contenders.ts'
import { figure, perCpuSecond, type Report, ratio, row, slicesOf } from '../report.ts'
import { bestClients, type Measured, type Plan, rate, runRounds } from '../rounds.ts'
import type { Stage } from '../stage.ts'

const WHAT: Record<string, string> = {
  A1: 'six statements, SQL alone',
  A2: 'one statement, SQL alone',
  B2: 'bare Fastify POST',
  C: '256 orders in one statement',
  D: 'same server, order by order',
  X: 'the tickets service',
  X256: 'the tickets service',
}

/** Everybody wants the same event. */
export async function hotEvent(stage: Stage, plan: Plan): Promise<Report> {
  const probed: Contender[] = [
    sqlContender(stage, 'A1', 'a1.sql'),
    sqlContender(stage, 'A2', 'a2.sql'),
    plainContender(stage),
    ticketsContender(stage),
  ]
  const contenders: { contender: Contender; clients: number }[] = []
  for (const contender of probed) contenders.push({ contender, clients: await bestClients(contender) })
  contenders.push(
    { contender: sqlContender(stage, 'C', 'c.sql', { ordersEach: 256 }), clients: 2 },
    { contender: bareContender(stage, 'B2'), clients: 64 },
  )
  const { measured, voided, faults } = await runRounds(stage.server.client, plan, contenders)

  const crowd = await ticketsContender(stage).run(256, plan.seconds)
  measured.set('X256', { clients: 256, slices: [crowd] })
  return {
    bench: 'hot-event',
    rows: [...measured].map(([id, each]) => row(id, WHAT[id] ?? '', each)),
    figures: [
      ratio(measured, ['X', 'A1'], { atLeast: 8 }),
      ratio(measured, ['X', 'A2']),
      ratio(measured, ['X', 'D'], { atLeast: 12 }),
      figure('roofline E = X ÷ 1/(1/B2 + 1/C)', roofline(measured), { atLeast: 0.7 }),
      figure('commits for each order at 256 clients', [crowd.cost.commits / crowd.load.acknowledged], { atMost: 0.02 }),
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
