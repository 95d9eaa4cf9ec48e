import { describe, expect, it, onTestFinished } from 'vitest'
import { findViolations } from '../invariants.ts'
import { moreOrders, startBuyers } from './buyers.ts'
import { limitFor, timesOf } from './counts.ts'
import { findBrokenPromises, keepHistory } from './history.ts'
import { startDurablePostgres } from './postgres.ts'
import { startProxy } from './proxy.ts'
import { putOnSale } from './sale.ts'
import { startService } from './service.ts'

const KILLS = timesOf(3)
const CUTS = KILLS * 2

describe(`under load, ${KILLS} times`, () => {
  it(
    'a service killed with -9 loses no acknowledged order, and every call gets its one answer',
    limitFor(KILLS),
    async () => {
      const postgres = await startDurablePostgres()
      onTestFinished(postgres.stop)
      const databaseUrl = postgres.url('tickets')
      const service = await startService({ databaseUrl, busUrl: postgres.url('bus'), migrate: true, supervised: true })
      onTestFinished(service.stop)
      const sale = await putOnSale(databaseUrl)
      const history = keepHistory([service.url])
      const buyers = startBuyers(history, sale)
      for (let kill = 0; kill < KILLS; kill++) {
        await moreOrders(history, kill)
        await service.killAndAwaitReturn()
      }
      await moreOrders(history, KILLS)
      await buyers.stop()

      expect(await findBrokenPromises(history, databaseUrl, sale.eventUuid)).toEqual([])
      expect(await findViolations({ databaseUrl })).toEqual([])
      expect(history.entries.filter((entry) => entry.kind === 'fail')).toEqual([])
      expect(history.count('info')).toBeGreaterThan(KILLS)
      expect(service.starts()).toBe(KILLS + 1)
      console.log(`the service killed ${KILLS} times: ${history.describe()}`)
    },
  )

  it('F14: a service whose connections to PostgreSQL are cut does the same, and lives on', limitFor(CUTS), async () => {
    const postgres = await startDurablePostgres()
    onTestFinished(postgres.stop)
    const databaseUrl = postgres.url('tickets')
    const proxy = await startProxy(postgres.port)
    onTestFinished(proxy.stop)
    const service = await startService({ databaseUrl: postgres.url('tickets', proxy.port), migrate: true })
    onTestFinished(service.stop)
    const sale = await putOnSale(databaseUrl)
    const history = keepHistory([service.url])
    const buyers = startBuyers(history, sale)
    for (let cut = 0; cut < CUTS; cut++) {
      await moreOrders(history, cut)
      proxy.cutAll()
    }
    await moreOrders(history, CUTS)
    await buyers.stop()

    expect(await findBrokenPromises(history, databaseUrl, sale.eventUuid)).toEqual([])
    expect(await findViolations({ databaseUrl })).toEqual([])
    expect(history.entries.filter((entry) => entry.kind === 'fail')).toEqual([])
    expect(history.count('info')).toBeGreaterThan(CUTS)
    // 503 says what is true: try again. A 500 would send nobody back.
    expect(history.entries.filter((entry) => entry.status === 500)).toEqual([])
    expect(service.starts()).toBe(1)
    console.log(`connections cut ${CUTS} times: ${history.describe()}`)
  })
})
