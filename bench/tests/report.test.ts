import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Slice } from '../src/contenders.ts'
import { Tally } from '../src/load.ts'
import { readSql, sqlFile } from '../src/postgres.ts'
import { figure, ratio } from '../src/report.ts'
import { median } from '../src/rounds.ts'
import { parseScript } from '../src/sql-script.ts'

const slice = (perSecond: number, faults: string[] = []): Slice => ({
  load: { ...new Tally(0, 1_000).load(), perSecond, acknowledged: perSecond },
  cost: { postgresSeconds: 1, nodeSeconds: 1, commits: 1, statements: 1, walBytes: 1 },
  faults,
})

it('compares only what ran in the same round, and counts a slice whose books are open as nothing', () => {
  const measured = new Map([
    ['X', { clients: 64, slices: [slice(800), slice(900, ['X: 900 orders acknowledged, 899 orders']), slice(600)] }],
    ['A1', { clients: 16, slices: [slice(100), slice(100), slice(50)] }],
  ])
  expect(ratio(measured, ['X', 'A1'], { atLeast: 8 })).toEqual({
    ...{ name: 'X ÷ A1', rounds: [8, 0, 12], median: 8, worst: 0 },
    ...{ target: '≥ 8', met: true },
  })
})

it('calls the largest the worst where less is better', () => {
  expect(figure('latency', [1, 3, 2, 4], { atMost: 2 })).toMatchObject({ median: 2.5, worst: 4, met: false })
  expect(median([5])).toBe(5)
})

it('leaves the first half second out of the rate, not out of the books', () => {
  const tally = new Tally(0, 1_500)
  for (let ms = 0; ms < 2_000; ms += 10) tally.acknowledge(ms, 1)
  tally.refuse('409')
  expect(tally.load()).toMatchObject({ perSecond: 100, acknowledged: 200, refused: { 409: 1 } })
})

it('reads every script as pgbench does, for machines that have none', () => {
  expect(
    parseScript(readSql('a3.sql')).map((step) => (step.kind === 'sql' ? step.text.split(' ')[0] : step.name)),
  ).toEqual(['ev', 'BEGIN', 'SELECT', 'UPDATE', 'INSERT', 'INSERT', 'INSERT', 'COMMIT'])
  const scripts = [
    'a1.sql',
    'a2.sql',
    'c.sql',
    'control.sql',
    ...readdirSync(sqlFile('peers')).map((name) => `peers/${name}`),
  ]
  for (const script of scripts.filter((name) => !/schema|seed/.test(name))) {
    for (const step of parseScript(readSql(script))) {
      expect(step.kind === 'sql' && /(?<!:):[a-z]|\\/.test(step.text)).toBe(false)
    }
  }
})
