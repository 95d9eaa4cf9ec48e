import { describe, expect, it, onTestFinished } from 'vitest'
import { findViolations } from '../invariants.ts'
import { moreOrders, startBuyers } from './buyers.ts'
import { limitFor, timesOf } from './counts.ts'
import { findBrokenPromises, keepHistory } from './history.ts'
import { type DurablePostgres, startDurablePostgres } from './postgres.ts'
import { putOnSale, query } from './sale.ts'
import { startService } from './service.ts'

const KILLS = timesOf(3)
/** One kill loses nearly always; a run without a loss in so many proves nothing. */
const CONTROL_KILLS = 10

async function openSale(settings?: Record<string, string>) {
  const postgres: DurablePostgres = await startDurablePostgres(settings)
  onTestFinished(postgres.stop)
  const databaseUrl = postgres.url('tickets')
  const service = await startService({ databaseUrl, busUrl: postgres.url('bus'), migrate: true })
  onTestFinished(service.stop)
  const sale = await putOnSale(databaseUrl)
  return { postgres, databaseUrl, service, sale, history: keepHistory([service.url]) }
}

describe(`PostgreSQL killed with -9 under load, ${KILLS} times`, () => {
  it('loses no acknowledged order, and every call gets its one answer', limitFor(KILLS), async () => {
    const { postgres, databaseUrl, service, sale, history } = await openSale()
    expect(await postgres.durability()).toEqual({ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' })
    const buyers = startBuyers(history, sale)
    for (let kill = 0; kill < KILLS; kill++) {
      await moreOrders(history, kill)
      await postgres.kill()
      await postgres.restart()
      await service.answers()
    }
    await moreOrders(history, KILLS)
    await buyers.stop()

    expect(await findBrokenPromises(history, databaseUrl, sale.eventUuid)).toEqual([])
    expect(await findViolations({ databaseUrl })).toEqual([])
    expect(history.entries.filter((entry) => entry.kind === 'fail')).toEqual([])
    // The kills hit calls under way, and the service outlived them all.
    expect(history.count('info')).toBeGreaterThan(KILLS)
    expect(service.starts()).toBe(1)
    console.log(`PostgreSQL killed ${KILLS} times: ${history.describe()}`)
  })

  it('loses acknowledged orders with synchronous_commit off (the control: this fault can be lost)', async () => {
    const { postgres, databaseUrl, service, sale, history } = await openSale({
      synchronous_commit: 'off',
      // Nobody writes the log out in the background meanwhile.
      wal_writer_delay: '10s',
      wal_writer_flush_after: '1GB',
      wal_buffers: '64MB',
    })
    await query(postgres.superuserUrl, 'checkpoint') // the sale itself must outlive it
    const lost = async () =>
      (await findBrokenPromises(history, databaseUrl, sale.eventUuid)).filter((line) => line.endsWith('is lost')).length
    let kills = 0
    for (; kills < CONTROL_KILLS && (await lost()) === 0; kills++) {
      const buyers = startBuyers(history, sale, { onlyPlace: true })
      await moreOrders(history, kills)
      await postgres.kill()
      await postgres.restart()
      await service.answers()
      await buyers.stop()
    }
    expect(await lost()).toBeGreaterThan(0)
    console.log(
      `the control: ${await lost()} of ${history.promises.size} acknowledged orders lost after ${kills} kill(s)`,
    )
  })
})
