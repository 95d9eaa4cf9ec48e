import { sql } from '@guichet/database'
import { consumedExamples } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, startNotifications } from './fixture.ts'

const examples = await consumedExamples('notifications')
let fixture: Fixture
beforeAll(async () => {
  fixture = await startNotifications()
})
afterAll(() => fixture?.end())

describe('each message that is listed as consumed here', () => {
  it.each(examples.map(({ type, data }) => [type, data] as const))(
    '%s is handled as its owner wrote it, and with a field of a later release, once for each queue',
    async (type, data) => {
      for (const more of [{}, { laterField: { deep: [1] } }]) {
        const { id } = await fixture.bus.deliver({ type, data: { ...data, ...more } })
        const inbox = await sql<{ queue: string }>`
          select queue from inbox where message_id = ${id}`.execute(fixture.db)
        const queues = inbox.rows.map(({ queue }) => queue)
        expect(queues.length).toBeGreaterThan(0)
        expect(new Set(queues).size).toBe(queues.length)
      }
    },
  )
})
