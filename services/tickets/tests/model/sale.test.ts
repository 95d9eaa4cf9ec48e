import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTickets, type Tickets } from '../fixture.ts'
import { casesOf, limitFor } from '../runs.ts'
import { commands, SOLD_OUT } from './commands.ts'
import { sweep } from './organizers-acts.ts'
import { openSale, statesOf, violationsOf } from './sale.ts'
import { EXTENSIONS_MAX, HOLD_SECONDS, OFFER_SECONDS } from './sale-model.ts'
import { offer } from './waiting-acts.ts'

const cases = casesOf(20)

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets({
    config: { holdSeconds: HOLD_SECONDS, offerSeconds: OFFER_SECONDS, extensionsMax: EXTENSIONS_MAX },
  })
})
afterAll(() => tickets?.stop())

it('does what a simple model of the sale does, whatever happens in whatever order, and closes the books', {
  ...limitFor(cases.numRuns),
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.commands(commands, { maxCommands: 30, size: 'max' }), async (soldOut, acts) => {
      const { model, real } = await openSale(tickets)
      for (const act of soldOut ? SOLD_OUT : []) await act.run(model, real)
      await fc.asyncModelRun(() => ({ model, real }), acts)
      await sweep.run(model, real)
      await offer.run(model, real)
      const states = new Map([...model.orders, ...model.entries].map(({ id, state }) => [id, state]))
      expect(await statesOf(real)).toEqual(states)
      expect(await violationsOf(real)).toEqual([])
    }),
    cases,
  )
})
