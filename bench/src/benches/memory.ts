import { setTimeout as wait } from 'node:timers/promises'
import { residentMegabytes } from '../meter.ts'
import { figure, type Report } from '../report.ts'
import { median, type Plan } from '../rounds.ts'
import { auditHolds, putOnSale } from '../sale.ts'
import type { Stage } from '../stage.ts'

const CONNECTIONS = 64
const ORDERS = 1_000_000
const SAMPLES = 11

/**
 * The memory of the service as the operating system sees it, at rest, after a tenth of the orders and after all of them.
 * Nothing is collected on purpose: who runs the service cannot do that either.
 */
export async function memory(stage: Stage, { orders = ORDERS }: Plan): Promise<Report> {
  const tickets = await stage.startAnother('memory')
  const sale = await putOnSale(tickets.client, { capacity: 2 * orders })
  const fresh = residentMegabytes(tickets.pid)
  const faults: string[] = []
  let acknowledged = 0
  const sell = async (wanted: number): Promise<number> => {
    for (const all = acknowledged + wanted; acknowledged < all; ) {
      const load = await stage.send({
        ...{ origin: tickets.url, method: 'POST', path: '/v1/orders', bodies: sale.bodies, wanted: 201 },
        ...{ connections: CONNECTIONS, seconds: 600, requestsMax: all - acknowledged },
      })
      if (load.acknowledged === 0) throw new Error(`No order was taken: ${JSON.stringify(load.refused)}`)
      acknowledged += load.acknowledged
    }
    return restingMegabytes(tickets.pid)
  }
  const early = await sell(Math.round(orders / 10))
  const late = await sell(orders - acknowledged)
  faults.push(...(await auditHolds(tickets.client, sale, acknowledged)))
  const name = (count: number) => `resident MB after ${count.toLocaleString('en')} orders`
  return {
    bench: 'memory',
    rows: [],
    figures: [
      figure('resident MB before the first order', [fresh]),
      figure(name(Math.round(orders / 10)), [early]),
      figure(name(orders), [late]),
      figure('resident memory, 10 times the orders', [late / early], { atMost: 1.1 }),
    ],
    faults,
    voidedRounds: 0,
  }
}

async function restingMegabytes(pid: number): Promise<number> {
  const samples: number[] = []
  while (samples.length < SAMPLES) {
    await wait(500)
    samples.push(residentMegabytes(pid))
  }
  return median(samples)
}
