import { ticketsContender } from '../contenders.ts'
import { type Report, ratio, row } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import type { Stage } from '../stage.ts'

const CONNECTIONS = 64

/** One hot event sold by one process of the service, and by two. */
export async function twoProcesses(stage: Stage, plan: Plan): Promise<Report> {
  const twin = await stage.tickets.startTwin()
  const contenders = [ticketsContender(stage), ticketsContender(stage, { id: 'XX', twin })]
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    contenders.map((contender) => ({ contender, clients: CONNECTIONS })),
  )
  const what: Record<string, string> = { X: 'one process of tickets', XX: 'two processes' }
  return {
    bench: 'two-processes',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [ratio(measured, ['XX', 'X'], { atLeast: 1 })],
    faults,
    voidedRounds: voided,
  }
}
