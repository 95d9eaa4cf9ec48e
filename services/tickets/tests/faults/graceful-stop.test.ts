import { testDatabase } from '@guichet/testkit'
import { expect, it } from 'vitest'
import { findViolations } from '../invariants.ts'
import { moreOrders, startBuyers } from './buyers.ts'
import { findBrokenPromises, keepHistory } from './history.ts'
import { putOnSale } from './sale.ts'
import { startService } from './service.ts'

const STOPS = Number(process.env.GUICHET_KILLS ?? 2)

it(`F43: two processes asked to stop in turn under load, ${STOPS} times, break no connection and lose no order`, async () => {
  const database = await testDatabase('tickets')
  const services = await Promise.all([
    startService({ databaseUrl: database.url }),
    startService({ databaseUrl: database.url }),
  ])
  const sale = await putOnSale(database.url)
  const history = keepHistory(services.map(({ url }) => url))
  const buyers = startBuyers(history, sale)
  for (let round = 0; round < STOPS; round++) {
    const service = services[round % 2]
    await moreOrders(history, round)
    expect(await service?.terminate()).toBe(0)
    // The other goes on alone.
    await moreOrders(history, round)
    await service?.relaunch()
  }
  await moreOrders(history, STOPS)
  await buyers.stop()

  // Who is not served hears so: refused to connect, or 503 on a connection that was open. Never an end in mid-answer.
  const unanswered = history.entries.filter(({ kind }) => kind === 'info')
  const reasons = new Map<string, number>()
  for (const { status, detail } of unanswered) {
    const reason = `${status ?? ''} ${detail}`.trim()
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  console.log(`stopped ${STOPS} times: ${history.describe()}`, Object.fromEntries(reasons))
  const allowed = ['ECONNREFUSED', '503 unavailable']
  expect([...reasons.keys()].filter((reason) => !allowed.includes(reason))).toEqual([])
  expect(history.entries.filter(({ kind }) => kind === 'fail')).toEqual([])
  expect(await findBrokenPromises(history, database.url, sale.eventUuid)).toEqual([])
  expect(await findViolations({ databaseUrl: database.url })).toEqual([])
  await Promise.all(services.map((service) => service.stop()))
  await database.stop()
})
