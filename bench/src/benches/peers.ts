import { type Contender, sqlContender, ticketsContender } from '../contenders.ts'
import { measure } from '../meter.ts'
import { readSql } from '../postgres.ts'
import { type Figure, figure, perCpuSecond, type Report, type Row, ratio, row, slicesOf } from '../report.ts'
import { median, type Plan, rate, runRounds } from '../rounds.ts'
import { runSql } from '../sql-load.ts'
import type { Stage } from '../stage.ts'

const SOLD = [0, 10_000, 50_000]
const CLIENTS = 16
/** How many reservations a peer's tables hold. */
const RESERVATIONS: Record<string, string> = {
  pretix: 'select count(*)::int as made from pretix.cartposition',
  alfio: `select count(*)::int as made from alfio.ticket where status = 'PENDING'`,
  hievents: `select count(*)::int as made from hievents.orders where status = 'RESERVED'`,
}

/** What reserving a place costs the SQL of three other products, and us over HTTP, as an event sells. */
export async function peers(stage: Stage, plan: Plan): Promise<Report> {
  const { client } = stage.server
  await client.query(readSql('peers/schema.sql'))
  const report: Report = { bench: 'peers', rows: [], figures: [], faults: [], voidedRounds: 0 }
  const fresh = new Map<string, number>()
  let cpuFresh = Number.NaN
  for (const sold of SOLD) {
    await client.query(readSql('peers/seed.sql').replaceAll('$SOLD', String(sold)))
    await client.query('vacuum analyze')
    const contenders = [
      sqlContender(stage, 'A1', 'a1.sql'),
      ...Object.keys(RESERVATIONS).map((name) => peer(stage, name)),
      ticketsContender(stage, { sold }),
    ].map((contender) => ({ contender, clients: CLIENTS }))
    const { measured, voided, faults } = await runRounds(client, plan, contenders)
    report.faults.push(...faults)
    report.voidedRounds += voided
    for (const [id, each] of measured)
      report.rows.push(row(id, `${sold.toLocaleString('en')} sold before`, each) satisfies Row)
    for (const name of Object.keys(RESERVATIONS))
      report.figures.push(
        ratio(measured, ['X', name], undefined, rate, `X ÷ ${name}, ${sold.toLocaleString('en')} sold`),
      )
    report.figures.push(...kept(measured, fresh, sold))
    const cpu = slicesOf(measured, 'X').map((slice) => 1 / perCpuSecond(slice))
    if (sold === 0) cpuFresh = median(cpu)
    else {
      const name = `X, CPU for each order, ${sold.toLocaleString('en')} sold ÷ 0 sold`
      report.figures.push(
        figure(
          name,
          cpu.map((each) => each / cpuFresh),
          { atMost: 1.15 },
        ),
      )
    }
  }
  return report
}

/** How much of its speed with nothing sold a contender keeps, measured against A1, which does not mind. */
function kept(measured: Parameters<typeof ratio>[0], fresh: Map<string, number>, sold: number): Figure[] {
  return [...measured.keys()].flatMap((id) => {
    const relative = ratio(measured, [id, 'A1'])
    if (sold === 0) fresh.set(id, relative.median)
    if (sold === 0 || id === 'A1') return []
    const rounds = slicesOf(measured, id).map((_slice, round) => (relative.rounds[round] ?? 0) / (fresh.get(id) ?? 0))
    return [figure(`${id} keeps of its speed, ${sold.toLocaleString('en')} sold`, rounds)]
  })
}

function peer(stage: Stage, name: string): Contender {
  const { client, postgres } = stage.server
  const count = async () => (await client.query<{ made: number }>(RESERVATIONS[name] ?? '')).rows[0]?.made ?? 0
  return {
    id: name,
    async run(clients, seconds) {
      const before = await count()
      const { result: load, cost } = await measure(client, 'bench', [postgres.pid], () =>
        runSql(postgres.url('bench'), { script: `peers/${name}.sql`, clients, seconds }),
      )
      const made = (await count()) - before
      const faults = made === load.acknowledged ? [] : [`${name}: ${load.acknowledged} acknowledged, ${made} made`]
      return { load, cost, faults }
    },
  }
}
