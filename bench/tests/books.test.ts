import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainContender, sqlContender } from '../src/contenders.ts'
import { ratio } from '../src/report.ts'
import { rate, runRounds } from '../src/rounds.ts'
import { auditHolds, auditPurchases, putOnSale } from '../src/sale.ts'
import { type Stage, setStage } from '../src/stage.ts'

let folder: string
let stage: Stage

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guichet-bench-test-'))
  stage = await setStage(join(folder, 'postgres'))
})

afterAll(async () => {
  await stage.stop()
  await rm(folder, { recursive: true, force: true })
})

it('gives nothing to a contender whose stock does not move, however fast it is', async () => {
  const contenders = [sqlContender(stage, 'A1', 'control.sql'), plainContender(stage)]
  // A round that other guests of the host disturbed does not count, and with one that sold nothing none compares.
  const { measured, faults } = await eventually(async () => {
    const round = await runRounds(
      stage.server.client,
      { rounds: 1, seconds: 1 },
      contenders.map((contender) => ({ contender, clients: 4 })),
    )
    return (round.measured.get('D')?.slices ?? []).some((slice) => rate(slice) > 0) && round
  })
  expect(faults).toEqual([expect.stringMatching(/^A1: \d+ orders acknowledged, 0 taken$/)])
  expect(ratio(measured, ['A1', 'D']).median).toBe(0)
})

it('sees one acknowledged order that is not there', async () => {
  const { tickets, send } = stage
  const sale = await putOnSale(tickets.client, {})
  const order = { origin: tickets.url, method: 'POST' as const, path: '/v1/orders', bodies: sale.bodies, wanted: 201 }
  const { acknowledged } = await send({ ...order, connections: 4, seconds: 60, requestsMax: 20 })
  expect(acknowledged).toBe(20)
  expect(await auditHolds(tickets.client, sale, acknowledged)).toEqual([])

  await tickets.client.query(
    'delete from orders where id = (select id from orders where event_id = $1 limit 1)',
    sale.eventUuids,
  )
  expect(await auditHolds(tickets.client, sale, acknowledged)).toContain('X: 20 orders acknowledged, 19 orders')
})

it('sees one whole purchase whose ticket is not there', async () => {
  const { tickets, send } = stage
  const sale = await putOnSale(tickets.client, { priceMinor: 0 })
  const job = { provider: 'free' as const, origin: tickets.url, paymentsOrigin: 'http://127.0.0.1:9' }
  const { acknowledged, refused } = await send({
    ...job,
    ...{ publicUrl: tickets.publicUrl, bodies: sale.bodies, buyers: 2, seconds: 1 },
  })
  expect(refused).toEqual({})
  expect(acknowledged).toBeGreaterThan(0)
  expect(await auditPurchases(tickets.client, sale, acknowledged)).toEqual([])

  await tickets.client.query('delete from ticket where id = (select id from ticket where event_id = any($1) limit 1)', [
    sale.eventUuids,
  ])
  expect(await auditPurchases(tickets.client, sale, acknowledged)).toEqual([
    `purchase: ${acknowledged} purchases acknowledged, ${acknowledged - 1} tickets`,
  ])
})
