import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCatalogue } from '../src/stock/catalogue.ts'
import { publishEvent, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

it('finds every event that it was asked for, although another forgets one of them at that moment', async () => {
  const ids: string[] = []
  for (let count = 0; count < 20; count++) ids.push(toUuid('evt', (await publishEvent(tickets)).eventId))
  const catalogue = createCatalogue(tickets.context.db)
  const found = catalogue.get(ids)
  // Whoever had the last one from the same reading finds it to be old, while the first is still gathering them.
  const last = ids.at(-1) ?? ''
  void catalogue.get([last]).then(() => catalogue.forget(last))
  expect([...(await found).keys()].sort()).toEqual(ids.sort())
})
