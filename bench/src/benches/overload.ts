import { type Contender, type Slice, ticketsContender } from '../contenders.ts'
import { residentMegabytes } from '../meter.ts'
import { figure, type Report, ratio, row, slicesOf } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import type { Stage } from '../stage.ts'

const CONNECTIONS = 256
/** So many that a request seldom waits for one: more than the service lets wait, and enough for its refusals beside them. */
const CROWD = 5_000
const REFUSALS = ['503', '429']

/** Three times as many buyers as can be served: how many still are, and how soon the others hear no. */
export async function overload(stage: Stage, plan: Plan): Promise<Report> {
  let most = 0
  const unhurried = observed(ticketsContender(stage), async (run) => {
    const slice = await run()
    most = Math.max(most, slice.load.perSecond)
    return slice
  })
  await unhurried.run(CONNECTIONS, 2)
  const memory: { before: number; after: number }[] = []
  const crowd = observed(ticketsContender(stage, { id: '3X', ratePerSecond: () => 3 * most }), async (run) => {
    const before = residentMegabytes(stage.tickets.pid)
    const slice = await run()
    memory.push({ before, after: residentMegabytes(stage.tickets.pid) })
    return slice
  })
  const { measured, voided, faults } = await runRounds(stage.server.client, plan, [
    { contender: unhurried, clients: CONNECTIONS },
    { contender: crowd, clients: CROWD },
  ])
  const what: Record<string, string> = { X: 'as fast as answered', '3X': 'three times that rate' }
  const crowded = slicesOf(measured, '3X')
  const over = (of: (slice: Slice) => number) => crowded.map(of)
  // Refusing nobody at such a load is no merit: all of them wait, and the figure stays open.
  const slowest = (of: 'p50' | 'p99') =>
    crowded.flatMap(({ load }) => {
      const times = REFUSALS.flatMap((status) => load.refusedMs[status]?.[of] ?? [])
      return times.length > 0 ? [Math.max(...times)] : []
    })
  return {
    bench: 'overload',
    rows: [...measured].map(([id, each]) => row(id, what[id] ?? '', each)),
    figures: [
      ratio(measured, ['3X', 'X'], { atLeast: 0.9 }, undefined, 'goodput at three times the load ÷ own most'),
      figure('refusals, p99 ms', slowest('p99'), { atMost: 50 }),
      figure('refusals, p50 ms', slowest('p50')),
      figure(
        'goodput, orders a second',
        over(({ load }) => load.perSecond),
      ),
      figure('refused, share of all answers', over(refusedShare)),
      figure('answers that are neither an order nor a refusal', over(lost), { atMost: 0 }),
      figure(
        'sent later than due, p99 ms (the load itself)',
        over(({ load }) => load.lateP99Ms),
      ),
      figure(
        'resident MB before',
        memory.map(({ before }) => before),
      ),
      figure(
        'resident MB after',
        memory.map(({ after }) => after),
      ),
    ],
    faults,
    voidedRounds: voided,
  }
}

function refusedShare({ load }: Slice): number {
  const refused = REFUSALS.reduce((sum, status) => sum + (load.refused[status] ?? 0), 0)
  return refused / (refused + load.acknowledged)
}

function lost({ load }: Slice): number {
  return Object.entries(load.refused).reduce((sum, [why, count]) => sum + (REFUSALS.includes(why) ? 0 : count), 0)
}

function observed(contender: Contender, watch: (run: () => Promise<Slice>) => Promise<Slice>): Contender {
  return { id: contender.id, run: (clients, seconds) => watch(() => contender.run(clients, seconds)) }
}
