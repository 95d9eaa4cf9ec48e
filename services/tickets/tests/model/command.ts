import type fc from 'fast-check'
import { expect } from 'vitest'
import { poolsOf, type Sale } from './sale.ts'
import type { SaleModel } from './sale-model.ts'

export type Command = fc.AsyncCommand<SaleModel, Sale>
export type Answer = Awaited<ReturnType<Sale['tickets']['call']>>

/** One act, as it is done to the service and told to the model; after each of them all pools are compared. */
export function command(
  name: string,
  run: (model: SaleModel, real: Sale) => Promise<void>,
  check: (model: Readonly<SaleModel>) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, real) {
      await run(model, real)
      const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name)
      expect((await poolsOf(real)).sort(byName)).toEqual(model.pools().sort(byName))
    },
    toString: () => name,
  }
}

export const oneOf = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('There is none')
  return found
}
export const hasOrders = (model: Readonly<SaleModel>) => model.orders.length > 0

let senders = 0
/** Another address each time, as buyers have: who tries code after code is stopped. */
export const sender = () => {
  senders += 1
  return { 'x-forwarded-for': `10.2.${(senders >> 8) & 255}.${senders & 255}` }
}
export const emailOf = (buyer: string) => `${buyer}@example.org`

/** The service refused for this reason, or did it if there is none. */
export function expectOutcome(answer: Answer, refusal: string | undefined): void {
  expect(answer.statusCode < 300 ? undefined : answer.json().code, answer.body).toBe(refusal)
}
