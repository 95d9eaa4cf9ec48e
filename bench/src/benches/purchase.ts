import { setTimeout as wait } from 'node:timers/promises'
import { type Contender, ticketsContender } from '../contenders.ts'
import { measure } from '../meter.ts'
import { type Report, ratio, row } from '../report.ts'
import { type Plan, runRounds } from '../rounds.ts'
import { auditPurchases, putOnSale } from '../sale.ts'
import type { Stage } from '../stage.ts'
import type { Process } from '../tickets.ts'

const BUYERS = 64
const WHAT: Record<string, string> = {
  hold: 'the first step alone, as X',
  paid: 'hold, buyer, payment, back, tickets',
  free: 'the same, nothing to pay',
}

/** The whole purchase of one ticket, from the hold to the ticket, with a payment provider that is a process of its own. */
export async function purchase(stage: Stage, plan: Plan): Promise<Report> {
  const payments = await stage.tickets.startPayments()
  const { measured, voided, faults } = await runRounds(
    stage.server.client,
    plan,
    [
      ticketsContender(stage, { id: 'hold' }),
      buyers(stage, payments, 'paid', 'simulated', 4_900),
      buyers(stage, payments, 'free', 'free', 0),
    ].map((contender) => ({ contender, clients: BUYERS })),
  )
  return {
    bench: 'purchase',
    rows: [...measured].map(([id, each]) => row(id, WHAT[id] ?? '', each)),
    figures: [ratio(measured, ['paid', 'hold']), ratio(measured, ['free', 'hold'])],
    faults,
    voidedRounds: voided,
  }
}

/** The cost is that of the service and the database, until the last webhook is answered; the provider's is not ours. */
function buyers(
  { server, tickets, send }: Stage,
  payments: Process,
  id: string,
  provider: 'simulated' | 'free',
  priceMinor: number,
): Contender {
  return {
    id,
    async run(clients, seconds) {
      const sale = await putOnSale(tickets.client, { priceMinor })
      const pids = [server.postgres.pid, tickets.pid]
      const { result: load, cost } = await measure(server.client, 'tickets', pids, async () => {
        const load = await send({
          ...{ provider, origin: tickets.url, paymentsOrigin: payments.url, publicUrl: tickets.publicUrl },
          ...{ bodies: sale.bodies, buyers: clients, seconds },
        })
        await untilToldAll(payments)
        return load
      })
      return { load, cost, faults: await auditPurchases(tickets.client, sale, load.acknowledged) }
    },
  }
}

async function untilToldAll({ url }: Process): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await wait(100)) {
    const { webhooks } = (await (await fetch(`${url}/journal`)).json()) as { webhooks: { pending: number } }
    if (webhooks.pending === 0) return
  }
  throw new Error('The payment provider still had webhooks to deliver after a minute')
}
