import { randomUUID } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import type { History } from './history.ts'
import type { Sale } from './sale.ts'
import { PUBLIC_URL } from './service.ts'

const RETURN_URL = `${PUBLIC_URL}/fr/orders/x`

export interface Buyers {
  /** Nobody begins another purchase; resolves once every call under way has its answer. */
  stop(): Promise<void>
}

/**
 * Buyers in a closed loop: each places an order and leaves it, pays it or cancels it, then begins anew. Some ask twice
 * though they have their answer.
 */
export function startBuyers(history: History, sale: Sale, { count = 24, onlyPlace = false } = {}): Buyers {
  let stopped = false
  const loops = Array.from({ length: count }, async (_, buyer) => {
    for (let round = buyer; !stopped; round++) await purchase(history, sale, round, onlyPlace)
  })
  // Told at `stop`; not an unhandled rejection before.
  const all = Promise.all(loops)
  all.catch(() => {})
  return {
    async stop() {
      stopped = true
      await all
    },
  }
}

async function purchase(history: History, sale: Sale, round: number, onlyPlace: boolean): Promise<void> {
  const call = { act: 'place' as const, path: '/v1/orders', body: sale.order((round % 4) + 1), key: randomUUID() }
  const { status, body: order } = await history.ask(call)
  if (status !== 201) return
  history.promises.set(order.id, 'held')
  if (round % 5 === 0) await history.ask(call)
  if (onlyPlace) return
  const path = `/v1/orders/${order.id}`
  if (round % 3 === 1) {
    const body = { provider: 'free', returnUrl: RETURN_URL }
    const paid = await history.ask({ act: 'pay', path: `${path}/payments`, body, secret: order.secret })
    if (paid.status === 201) history.promises.set(order.id, 'confirmed')
  } else if (round % 3 === 2) {
    const gone = await history.ask({ act: 'cancel', path: `${path}/cancellation`, body: {}, secret: order.secret })
    if (gone.status === 200) history.promises.set(order.id, 'cancelled')
  }
}

/** Waits for more acknowledged orders, another number each time, so that faults fall at different moments. */
export async function moreOrders(history: History, round: number): Promise<void> {
  const enough = history.count('ok', 'place') + 40 + ((round * 37) % 150)
  await eventually(() => history.count('ok', 'place') >= enough)
}
