import { ticketsContender } from '../contenders.ts'
import { figure, type Report, ratio, row, slicesOf } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import type { Stage } from '../stage.ts'

const CONNECTIONS = 64
const CROWD = 1_000

/** Three times as many buyers as can be served: how many still are, and how soon the others hear no. */
export async function overload(stage: Stage, plan: Plan): Promise<Report> {
  const unhurried = ticketsContender(stage)
  const most = (await unhurried.run(CONNECTIONS, 2)).load.perSecond
  const { measured, voided, faults } = await runRounds(stage.server.client, plan, [
    { contender: unhurried, clients: CONNECTIONS },
    { contender: ticketsContender(stage, { id: '3X', ratePerSecond: () => 3 * most }), clients: CROWD },
  ])
  const what: Record<string, string> = { X: 'as fast as answered', '3X': 'three times that rate' }
  const crowded = slicesOf(measured, '3X')
  return {
    bench: 'overload',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [
      ratio(measured, ['3X', 'X'], { atLeast: 0.9 }, undefined, 'goodput at three times the load ÷ own most'),
      // Refusing nobody at such a load is no merit: all of them wait, and the figure stays open.
      figure(
        'refusals, p99 ms',
        crowded.flatMap(({ load }) => (Object.keys(load.refused).length > 0 ? [load.refusedP99Ms] : [])),
        { atMost: 50 },
      ),
      figure(
        'refused, share of all answers',
        crowded.map(({ load }) => {
          const refused = Object.values(load.refused).reduce((sum, count) => sum + count, 0)
          return refused / (refused + load.acknowledged)
        }),
      ),
    ],
    faults,
    voidedRounds: voided,
  }
}
