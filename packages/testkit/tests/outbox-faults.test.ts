import pg from 'pg'
import { expect, it } from 'vitest'
import { consumedExamples, testDatabase } from '../src/testkit.ts'

async function announce(type: string, data: object) {
  const database = await testDatabase('events')
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const statement = `insert into outbox (message_id, type, subject, data) values (gen_random_uuid(), $1, 'evt_1', $2)`
  await client.query(statement, [type, data])
  await client.end()
  return database.stop()
}

it('a test ends in a failure when its service announced what breaks its contract', async () => {
  const [example] = (await consumedExamples('tickets')).filter(({ type }) => type === 'events.event-cancelled.v1')
  await announce('events.event-cancelled.v1', { ...example?.data, laterField: 1 })
  await expect(announce('events.event-cancelled.v1', { eventId: 'evt_1' })).rejects.toThrow(
    /events announced what breaks its contract:\nevents\.event-cancelled\.v1 \/data must have required property/,
  )
  await expect(announce('events.event-nobody-knows.v1', {})).rejects.toThrow('/type is not a type of a known contract')
})
