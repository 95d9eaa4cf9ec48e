import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { eventually } from '@guichet/testkit'
import { buy, type Sale } from './client.ts'
import type { RunningSystem } from './system.ts'

export interface Shoppers {
  /** Who holds tickets now. */
  sold: { orderId: string; email: string }[]
  /** What a shopper was told in place of tickets. */
  failures: string[]
  /** Waits until so many more have bought, and until the given seconds have passed. */
  buyMore(sales: number, seconds?: number): Promise<void>
  /** Lets those at the counter finish. */
  stop(): Promise<void>
}

/** People who buy one after the other, from the hold to the tickets, each with a pause in between if one is given. */
export function sendShoppers(system: RunningSystem, sale: Sale, { count = 2, pauseMs = 0 } = {}): Shoppers {
  const sold: Shoppers['sold'] = []
  const failures: string[] = []
  let open = true
  const all = Promise.all(
    Array.from({ length: count }, async () => {
      while (open) {
        const email = `buyer-${randomUUID()}@example.org`
        await buy(system, sale, { email, locale: sold.length % 2 === 0 ? 'en' : 'fr' }).then(
          (order) => sold.push({ orderId: order.id, email }),
          (error: unknown) => failures.push(error instanceof Error ? error.message : String(error)),
        )
        if (pauseMs > 0 && open) await setTimeout(pauseMs)
      }
    }),
  )
  return {
    sold,
    failures,
    async buyMore(sales, seconds = 0) {
      const wanted = sold.length + sales
      const until = performance.now() + seconds * 1_000
      await eventually(
        () => failures.length > 0 || (sold.length >= wanted && performance.now() >= until),
        seconds * 1_000 + 300_000,
      )
    },
    async stop() {
      open = false
      await all
    },
  }
}
