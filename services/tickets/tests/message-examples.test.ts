import { sql } from '@guichet/database'
import { subscribe } from '@guichet/messaging'
import { consumedExamples, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTickets, type Tickets } from './fixture.ts'

const bus = testBus()
const examples = await consumedExamples('tickets')
let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
  const { context, handlers } = tickets
  subscribe({ bus, db: context.db, queue: 'tickets', handlers, log: context.log })
})
afterAll(() => tickets?.stop())

describe('each message that is listed as consumed here', () => {
  it.each(examples.map(({ type, data }) => [type, data] as const))(
    '%s is handled as its owner wrote it, and with a field of a later release',
    async (type, data) => {
      for (const more of [{}, { laterField: { deep: [1] } }]) {
        const { id } = await bus.deliver({ type, data: { ...data, ...more } })
        const inbox = await sql`select from inbox where message_id = ${id}`.execute(tickets.context.db)
        expect(inbox.rows).toHaveLength(1)
      }
    },
  )

  it('and no other is bound', () => {
    expect(Object.keys(tickets.handlers).sort()).toEqual(examples.map(({ type }) => type).sort())
  })
})
