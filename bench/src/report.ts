import type { Slice } from './contenders.ts'
import type { Load } from './load.ts'
import { type Measured, median, rate } from './rounds.ts'

export interface Row {
  id: string
  what: string
  clients: number
  /** Medians over the rounds. */
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers for each second of processor time in the database and the Node process together. */
  perCpuSecond: number
  nodeMsEach: number
  postgresMsEach: number
  commitsEach: number
  statementsEach: number
  walBytesEach: number
  /** Processor time that the load generator took for each answer; 0 where it is no process of ours. */
  loadUsEach: number
  /** Answers that were not wanted, by status or error, over all rounds. */
  refused: Record<string, number>
}

export interface Figure {
  name: string
  /** One for each round that counts. */
  rounds: number[]
  median: number
  worst: number
  target?: string
  met?: boolean
}

export interface Report {
  bench: string
  rows: Row[]
  figures: Figure[]
  faults: string[]
  voidedRounds: number
}

type Target = { atLeast: number } | { atMost: number }

/** One figure of several rounds. Worst means furthest from the target. */
export function figure(name: string, rounds: number[], target?: Target): Figure {
  const small = target === undefined || 'atLeast' in target
  const middle = median(rounds)
  const base = { name, rounds, median: middle, worst: small ? Math.min(...rounds) : Math.max(...rounds) }
  if (target === undefined) return base
  if ('atLeast' in target) return { ...base, target: `≥ ${target.atLeast}`, met: middle >= target.atLeast }
  return { ...base, target: `≤ ${target.atMost}`, met: middle <= target.atMost }
}

/** Divides what two contenders did in the same round. */
export function ratio(
  measured: Map<string, Measured>,
  [over, under]: [string, string],
  target?: Target,
  of: (slice: Slice) => number = rate,
  name = `${over} ÷ ${under}`,
): Figure {
  const below = slicesOf(measured, under)
  return figure(
    name,
    slicesOf(measured, over).map((slice, round) => {
      const base = below[round]
      return base ? of(slice) / of(base) : Number.NaN
    }),
    target,
  )
}

export function slicesOf(measured: Map<string, Measured>, id: string): Slice[] {
  return measured.get(id)?.slices ?? []
}

export function row(id: string, what: string, { clients, slices }: Measured): Row {
  const over = (of: (slice: Slice) => number) => median(slices.map(of))
  const each = (of: (slice: Slice) => number) => over((slice) => of(slice) / slice.load.acknowledged)
  return {
    id,
    what,
    clients,
    perSecond: over(rate),
    p50Ms: over(({ load }) => load.p50Ms),
    p99Ms: over(({ load }) => load.p99Ms),
    perCpuSecond: over(perCpuSecond),
    nodeMsEach: each(({ cost }) => cost.nodeSeconds * 1_000),
    postgresMsEach: each(({ cost }) => cost.postgresSeconds * 1_000),
    commitsEach: each(({ cost }) => cost.commits),
    statementsEach: each(({ cost }) => cost.statements),
    walBytesEach: each(({ cost }) => cost.walBytes),
    loadUsEach: over(({ load }) => (load.generatorSeconds * 1e6) / answers(load)),
    refused: sumUp(slices.map(({ load }) => load.refused)),
  }
}

function answers({ acknowledged, refused }: Load): number {
  return Object.values(refused).reduce((sum, count) => sum + count, acknowledged)
}

function sumUp(counts: Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const [why, count] of counts.flatMap((each) => Object.entries(each))) sum[why] = (sum[why] ?? 0) + count
  return sum
}

/** 0 when the books do not close. */
export function perCpuSecond({ load, cost, faults }: Slice): number {
  return faults.length === 0 ? load.acknowledged / (cost.nodeSeconds + cost.postgresSeconds) : 0
}

/** The report as people read it. */
export function print({ bench, rows, figures, faults, voidedRounds }: Report): string {
  const table = [
    [
      '',
      'clients',
      'per second',
      'p50 ms',
      'p99 ms',
      'per CPU-s',
      'node ms',
      'pg ms',
      'commits',
      'statements',
      'WAL bytes',
      'load µs',
    ],
    ...rows.map((each) => [
      `${each.id.padEnd(11)} ${each.what}`,
      String(each.clients),
      number(each.perSecond),
      number(each.p50Ms),
      number(each.p99Ms),
      number(each.perCpuSecond),
      number(each.nodeMsEach),
      number(each.postgresMsEach),
      number(each.commitsEach),
      number(each.statementsEach),
      number(each.walBytesEach),
      number(each.loadUsEach),
    ]),
  ]
  const ratios = figures.map(({ name, median: middle, worst, target, met, rounds }) => {
    const verdict = target === undefined ? '' : `   target ${target}: ${met ? 'met' : 'MISSED'}`
    return `${name.padEnd(52)} median ${number(middle).padStart(8)}   worst ${number(worst).padStart(8)}   of ${rounds.length}${verdict}`
  })
  return [
    `\n== ${bench} ==`,
    ...(rows.length > 0 ? align(table) : []),
    ...rows
      .filter(({ refused }) => Object.keys(refused).length > 0)
      .map(({ id, refused }) => `${id} also answered ${JSON.stringify(refused)}`),
    '',
    ...ratios,
    ...(voidedRounds > 0
      ? [`${voidedRounds} rounds do not count: the host took more than a tenth of the processors.`]
      : []),
    faults.length === 0
      ? 'Books: every order acknowledged is there, none else, none above capacity.'
      : `FAULTS: ${faults.join('; ')}`,
  ].join('\n')
}

function align(table: string[][]): string[] {
  const widths = (table[0] ?? []).map((_cell, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  return table.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 4
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}
