import { sql } from '@guichet/database'
import { consumedExamples } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventsFixture, eventsFixture } from './fixture.ts'

const examples = await consumedExamples('events')
let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture?.stop())

describe('each message that is listed as consumed here', () => {
  it.each(examples.map(({ type, data }) => [type, data] as const))(
    '%s is handled as its owner wrote it, and with a field of a later release',
    async (type, data) => {
      for (const more of [{}, { laterField: { deep: [1] } }]) {
        const { id } = await fixture.bus.deliver({ type, data: { ...data, ...more } })
        const inbox = await sql`select from inbox where message_id = ${id}`.execute(fixture.service.context.db)
        expect(inbox.rows).toHaveLength(1)
      }
    },
  )
})
