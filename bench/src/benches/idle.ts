import { bareContender, sqlContender, ticketsContender } from '../contenders.ts'
import { figure, type Report, row, slicesOf } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import type { Stage } from '../stage.ts'

/** One buyer alone: what an order costs in time when nothing has to be waited for. */
export async function idle(stage: Stage, plan: Plan): Promise<Report> {
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    [sqlContender(stage, 'A2', 'a2.sql'), bareContender(stage, 'B2'), ticketsContender(stage)].map((contender) => ({
      contender,
      clients: 1,
    })),
  )
  const what: Record<string, string> = {
    A2: 'one statement, SQL alone',
    B2: 'bare Fastify POST',
    X: 'the tickets service',
  }
  const sql = slicesOf(measured, 'A2')
  const http = slicesOf(measured, 'B2')
  const latencies = slicesOf(measured, 'X').map(
    ({ load }, round) => load.p50Ms / ((sql[round]?.load.p50Ms ?? 0) + (http[round]?.load.p50Ms ?? 0)),
  )
  return {
    bench: 'idle',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [figure('latency X ÷ (A2 + B2), medians', latencies, { atMost: 1.2 })],
    faults,
    voidedRounds: voided,
  }
}
