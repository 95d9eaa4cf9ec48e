import { eventually } from '@guichet/testkit'
import { expect, it, onTestFinished } from 'vitest'
import { findViolations } from '../invariants.ts'
import { startPayments } from '../payments-process.ts'
import { limitFor, timesOf } from './counts.ts'
import { findBrokenPromises, type History, keepHistory } from './history.ts'
import { startDurablePostgres } from './postgres.ts'
import { putOnSale, query, type Sale } from './sale.ts'
import { PUBLIC_URL, startService } from './service.ts'

const KILLS = timesOf(2)
const PAYERS = 6
const PAY = { provider: 'simulated', returnUrl: `${PUBLIC_URL}/fr/orders/x` }

it(
  `PostgreSQL killed with -9 while holds are being paid, ${KILLS} times: who was charged has tickets, once`,
  limitFor(KILLS),
  async () => {
    const payments = await startPayments()
    onTestFinished(payments.stop)
    const postgres = await startDurablePostgres()
    onTestFinished(postgres.stop)
    const databaseUrl = postgres.url('tickets')
    const service = await startService({ databaseUrl, simulatedUrl: payments.url, migrate: true })
    onTestFinished(service.stop)
    const sale = await putOnSale(databaseUrl, { priceMinor: 4_900 })
    const history = keepHistory([service.url])

    let stopped = false
    const payers = Array.from({ length: PAYERS }, async (_, payer) => {
      for (let round = payer; !stopped; round++) await purchase(history, sale, payments, round % 2 === 0)
    })
    for (let kill = 0; kill < KILLS; kill++) {
      const { charges } = await payments.journal()
      await eventually(async () => (await payments.journal()).charges.length > charges.length + 3 + kill)
      await postgres.kill()
      await postgres.restart()
      await service.answers()
    }
    stopped = true
    await Promise.all(payers)

    // Those who did not come back are confirmed by webhook or by our own poll.
    const undecided = () => query(databaseUrl, `select id from orders where state <> 'confirmed'`)
    await eventually(async () => (await undecided()).length === 0)
    for (const id of history.promises.keys()) history.promises.set(id, 'confirmed')
    expect(await findBrokenPromises(history, databaseUrl, sale.eventUuid)).toEqual([])
    const journal = await payments.journal()
    expect(journal.charges).toHaveLength(history.promises.size)
    expect(await findViolations({ databaseUrl, journal })).toEqual([])
    expect(history.entries.filter(({ kind }) => kind === 'fail')).toEqual([])
    expect(history.count('info')).toBeGreaterThan(0)
    console.log(`PostgreSQL killed ${KILLS} times while buyers pay: ${history.describe()}`)
  },
)

async function purchase(
  history: History,
  sale: Sale,
  payments: Awaited<ReturnType<typeof startPayments>>,
  comesBack: boolean,
): Promise<void> {
  const { status, body: order } = await history.ask({ act: 'place', path: '/v1/orders', body: sale.order(2) })
  if (status !== 201) return
  history.promises.set(order.id, 'held')
  const path = `/v1/orders/${order.id}`
  const { secret } = order
  const payment = await history.ask({ act: 'pay', path: `${path}/payments`, body: PAY, secret })
  await payments.act(payment.body.redirectUrl ?? '', 'pay')
  if (comesBack) await history.ask({ act: 'check', path: `${path}/payment-check`, body: {}, secret })
}
