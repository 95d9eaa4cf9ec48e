import type pg from 'pg'
import type { Contender, Slice } from './contenders.ts'
import { machineTime } from './meter.ts'

export interface Plan {
  rounds: number
  seconds: number
  /** For benches that count orders and not seconds. */
  orders?: number
}

export interface Measured {
  clients: number
  /** One for each round that counts, in the order of the rounds. */
  slices: Slice[]
}

const STEAL_MAX = 0.1
/** Numbers of clients that are tried: connections to the database cost it more than connections to a server do. */
export const SQL_CLIENTS = [4, 16, 64]
export const HTTP_CLIENTS = [16, 64, 256]

/** The number of clients at which a contender is fastest now: nobody is compared at a bad one. */
export async function bestClients(contender: Contender, tried: readonly number[]): Promise<number> {
  let best = { clients: 0, perSecond: -1 }
  for (const clients of tried) {
    const { perSecond } = (await contender.run(clients, 1)).load
    if (perSecond > best.perSecond) best = { clients, perSecond }
  }
  return best.clients
}

/**
 * Lets all contenders run in turn, round after round, each round beginning with another one. A round during which other
 * guests of the host took more than a tenth of the processors does not count.
 */
export async function runRounds(
  client: pg.Client,
  plan: Plan,
  contenders: readonly { contender: Contender; clients: number }[],
): Promise<{ measured: Map<string, Measured>; voided: number; faults: string[] }> {
  const measured = new Map<string, Measured>(
    contenders.map(({ contender, clients }) => [contender.id, { clients, slices: [] }]),
  )
  const faults: string[] = []
  let voided = 0
  for (let round = 0; round < plan.rounds; round++) {
    await client.query('checkpoint')
    const before = machineTime()
    const slices: [string, Slice][] = []
    for (let turn = 0; turn < contenders.length; turn++) {
      const next = contenders[(round + turn) % contenders.length]
      if (!next) continue
      const slice = await next.contender.run(next.clients, plan.seconds)
      slices.push([next.contender.id, slice])
      faults.push(...slice.faults)
    }
    const after = machineTime()
    const stolen = (after.steal - before.steal) / (after.total - before.total) > STEAL_MAX
    if (stolen) voided += 1
    else for (const [id, slice] of slices) measured.get(id)?.slices.push(slice)
  }
  return { measured, voided, faults }
}

/** The rate of a slice, 0 when its books do not close. */
export function rate({ load, faults }: Slice): number {
  return faults.length === 0 ? load.perSecond : 0
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
