import { sqlContender, ticketsContender } from '../contenders.ts'
import { type Report, ratio, row } from '../report.ts'
import { bestClients, HTTP_CLIENTS, type Plan, runRounds, SQL_CLIENTS } from '../rounds.ts'
import type { Stage } from '../stage.ts'

/** A thousand events on sale, none of them hot. */
export async function spread(stage: Stage, plan: Plan): Promise<Report> {
  const a3 = sqlContender(stage, 'A3', 'a3.sql', { events: 1_000 })
  const x = ticketsContender(stage, { events: 1_000 })
  const contenders = [
    { contender: a3, clients: await bestClients(a3, SQL_CLIENTS) },
    { contender: x, clients: await bestClients(x, HTTP_CLIENTS) },
  ]
  const { measured, voided, faults } = await runRounds(stage.server.client, plan, contenders)
  const what: Record<string, string> = { A3: 'A1 over 1,000 events', X: 'the tickets service' }
  return {
    bench: 'spread',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [ratio(measured, ['X', 'A3'], { atLeast: 2 })],
    faults,
    voidedRounds: voided,
  }
}
